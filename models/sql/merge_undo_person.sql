-- Put the row of a customer back who was merged.
INSERT INTO customer (
    tenant_id, id, external_id, email, first_name, last_name, phone, created_at, attributes, imported_at
)
SELECT
    %(tenant_id)s,
    told.id,
    told.external_id,
    told.email,
    told.first_name,
    told.last_name,
    told.phone,
    told.created_at,
    told.attributes,
    told.imported_at
FROM customer_merge AS merge
CROSS JOIN LATERAL jsonb_to_record(merge.person) AS told (
    id bigint,
    external_id text,
    email text,
    first_name text,
    last_name text,
    phone text,
    created_at timestamptz,
    attributes jsonb,
    imported_at timestamptz
)
WHERE merge.tenant_id = %(tenant_id)s AND merge.id = %(merge)s
