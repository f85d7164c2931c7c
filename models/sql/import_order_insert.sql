-- A slice of the new orders, by pages of the table they wait in.
INSERT INTO customer_order (tenant_id, external_id, customer_id, placed_at, amount, currency, status, items)
SELECT %(tenant_id)s, external_id, customer_id, placed_at, amount, currency, status, items
FROM import_order
WHERE id IS NULL AND ctid >= %(first)s::tid AND ctid < %(end)s::tid
