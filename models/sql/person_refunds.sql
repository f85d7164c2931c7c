-- What was given back to a customer, or of their orders, oldest first.
SELECT to_jsonb(told)::text
FROM (
    SELECT id, external_id, order_id, order_external_id, refunded_at, amount::text, currency
    FROM refund
    WHERE tenant_id = %(tenant_id)s
        AND (
            customer_id = %(customer)s
            OR order_id IN (
                SELECT id FROM customer_order WHERE tenant_id = %(tenant_id)s AND customer_id = %(customer)s
            )
        )
    ORDER BY refunded_at, id
) AS told
