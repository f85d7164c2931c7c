-- What was found of a customer in systems that orders are fetched from.
SELECT to_jsonb(told)::text
FROM (
    SELECT profile, integration_id, email, first_name, last_name, phone, created_at, looked_at
    FROM integration_profile
    WHERE tenant_id = %(tenant_id)s
        AND buyer = (SELECT external_id FROM customer WHERE tenant_id = %(tenant_id)s AND id = %(customer)s)
    ORDER BY profile
) AS told
