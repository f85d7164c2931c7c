-- What is kept of a customer's orders to fetch them again, by when they were placed.
SELECT to_jsonb(told)::text
FROM (
    SELECT external_id, integration_id, status, created_at, changed_at, seen_at
    FROM integration_order
    WHERE tenant_id = %(tenant_id)s
        AND buyer IN (
            SELECT external_id FROM customer WHERE tenant_id = %(tenant_id)s AND id = %(customer)s
            UNION ALL
            SELECT external_id
            FROM customer_merge
            WHERE tenant_id = %(tenant_id)s AND survivor_id = %(customer)s AND undone_at IS NULL
        )
    ORDER BY created_at, external_id
) AS told
