-- What has been given back of orders altogether.
UPDATE customer_order
SET refunded = given.total
FROM (
    SELECT changed.id, coalesce(sum(refund.amount), 0) AS total
    FROM unnest(%(ids)s::bigint[]) AS changed (id)
    LEFT JOIN refund ON refund.tenant_id = %(tenant_id)s AND refund.order_id = changed.id
    GROUP BY changed.id
) AS given
WHERE customer_order.tenant_id = %(tenant_id)s
    AND customer_order.id = given.id
    AND customer_order.refunded <> given.total
