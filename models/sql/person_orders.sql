-- A customer's orders, oldest first.
SELECT to_jsonb(told)::text
FROM (
    SELECT id, external_id, placed_at, amount::text, currency, status, items, refunded::text
    FROM customer_order
    WHERE tenant_id = %(tenant_id)s AND customer_id = %(customer)s
    ORDER BY placed_at, id
) AS told
