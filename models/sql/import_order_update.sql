-- The orders that differ.
UPDATE customer_order
SET customer_id = import_order.customer_id,
    placed_at = import_order.placed_at,
    amount = import_order.amount,
    currency = import_order.currency,
    status = import_order.status,
    items = import_order.items
FROM import_order
WHERE customer_order.tenant_id = %(tenant_id)s AND customer_order.id = import_order.id
