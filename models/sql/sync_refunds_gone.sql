-- What orders no longer say was given back. Refunds from elsewhere stay.
DELETE FROM refund
USING customer_order
WHERE refund.tenant_id = %(tenant_id)s
    AND customer_order.tenant_id = %(tenant_id)s
    AND customer_order.external_id = ANY (%(orders)s)
    AND refund.order_id = customer_order.id
    AND starts_with(refund.external_id, customer_order.external_id || '/')
    AND refund.external_id <> ALL (%(kept)s)
RETURNING refund.order_id
