-- A slice of the new orders, by pages of the table they wait in. One that a purchase has brought meanwhile becomes
-- what the file says.
INSERT INTO customer_order (tenant_id, external_id, customer_id, placed_at, amount, currency, status, items)
SELECT %(tenant_id)s, external_id, customer_id, placed_at, amount, currency, status, items
FROM import_order
WHERE id IS NULL AND ctid >= %(first)s::tid AND ctid < %(end)s::tid
ON CONFLICT (tenant_id, external_id) DO UPDATE
SET customer_id = excluded.customer_id,
    placed_at = excluded.placed_at,
    amount = excluded.amount,
    currency = excluded.currency,
    status = excluded.status,
    items = excluded.items
