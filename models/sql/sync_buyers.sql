-- Buyers as orders tell of them: those who are new, and of those who are known what was not.
INSERT INTO customer (tenant_id, external_id, email, first_name, last_name, phone, created_at)
SELECT %(tenant_id)s, key, email, first_name, last_name, phone, created_at
FROM jsonb_to_recordset(%(buyers)s) AS buyer (
    key text, email text, first_name text, last_name text, phone text, created_at timestamptz
)
ORDER BY key
ON CONFLICT (tenant_id, external_id) DO UPDATE
SET email = coalesce(customer.email, excluded.email),
    first_name = coalesce(customer.first_name, excluded.first_name),
    last_name = coalesce(customer.last_name, excluded.last_name),
    phone = coalesce(customer.phone, excluded.phone),
    created_at = coalesce(customer.created_at, excluded.created_at)
WHERE (customer.email IS NULL AND excluded.email IS NOT NULL)
    OR (customer.first_name IS NULL AND excluded.first_name IS NOT NULL)
    OR (customer.last_name IS NULL AND excluded.last_name IS NOT NULL)
    OR (customer.phone IS NULL AND excluded.phone IS NOT NULL)
    OR (customer.created_at IS NULL AND excluded.created_at IS NOT NULL)
RETURNING id
