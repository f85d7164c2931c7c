-- Forget that a customer's orders were fetched.
DELETE FROM integration_order
WHERE tenant_id = %(tenant_id)s
    AND (
        external_id = ANY (%(names)s)
        OR buyer = (SELECT external_id FROM customer WHERE tenant_id = %(tenant_id)s AND id = %(id)s)
    )
