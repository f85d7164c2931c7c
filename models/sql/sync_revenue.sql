-- Orders whose status means something else by the tenant's table than it did.
UPDATE customer_order
SET status = %(statuses)s::jsonb ->> seen.status
FROM integration_order AS seen
WHERE seen.tenant_id = %(tenant_id)s
    AND seen.account_name = %(account)s
    AND customer_order.tenant_id = %(tenant_id)s
    AND customer_order.external_id = seen.external_id
    AND customer_order.status <> %(statuses)s::jsonb ->> seen.status
