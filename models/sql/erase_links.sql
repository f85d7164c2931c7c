-- Have refunds name the orders of a customer by what these are called now.
UPDATE refund
SET order_external_id = (
        SELECT external_id
        FROM customer_order AS sold
        WHERE sold.tenant_id = %(tenant_id)s AND sold.id = refund.order_id
    )
WHERE tenant_id = %(tenant_id)s
    AND order_external_id IS NOT NULL
    AND (
        customer_id = %(id)s
        OR order_id IN (
            SELECT id FROM customer_order WHERE tenant_id = %(tenant_id)s AND customer_id = %(id)s
        )
    )
