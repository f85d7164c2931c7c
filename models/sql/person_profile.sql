-- Who a customer is.
SELECT to_jsonb(told)::text
FROM (
    SELECT
        id, external_id, email, first_name, last_name, phone, created_at, attributes, imported_at, erased_at
    FROM customer
    WHERE tenant_id = %(tenant_id)s AND id = %(customer)s
) AS told
