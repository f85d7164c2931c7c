-- What has been given back of each order whose refunds were looked at.
UPDATE customer_order
SET refunded = total
FROM (
    SELECT affected.order_id, coalesce(sum(refund.amount), 0) AS total
    FROM (
        SELECT order_id FROM import_link WHERE order_id IS NOT NULL
        UNION
        SELECT old_order_id FROM import_link WHERE old_order_id IS NOT NULL
    ) AS affected
    LEFT JOIN refund ON refund.tenant_id = %(tenant_id)s AND refund.order_id = affected.order_id
    GROUP BY affected.order_id
) AS given
WHERE customer_order.tenant_id = %(tenant_id)s
    AND customer_order.id = given.order_id
    AND customer_order.refunded <> given.total
