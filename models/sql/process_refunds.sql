-- What was given back before an instant, as columns. A linked refund stands at its order's instant, since it
-- nets against that order; one whose order does not count does not count either.
SELECT
    refund.currency,
    refund.order_id IS NOT NULL AS linked,
    array_agg(coalesce(customer_order.customer_id, refund.customer_id, 0)) AS customer,
    array_agg(coalesce(customer_order.placed_at, refund.refunded_at)) AS placed_at,
    array_agg(
        (refund.amount * CASE WHEN refund.currency = %(currency)s THEN -%(scale)s ELSE -10000 END)::bigint
    ) AS amount
FROM refund
LEFT JOIN customer_order
    ON customer_order.tenant_id = refund.tenant_id
    AND customer_order.id = refund.order_id
    AND customer_order.tenant_id = %(tenant_id)s
WHERE refund.tenant_id = %(tenant_id)s
    AND refund.refunded_at < %(as_of)s
    AND (
        refund.order_id IS NULL
        OR (customer_order.status = 'paid' AND customer_order.placed_at < %(as_of)s)
    )
GROUP BY refund.currency, refund.order_id IS NOT NULL
