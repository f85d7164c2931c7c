-- Orders as the other system has them now: those that are new, and those that differ.
INSERT INTO customer_order (tenant_id, external_id, customer_id, placed_at, amount, currency, status, items)
SELECT
    %(tenant_id)s,
    told.external_id,
    customer.id,
    told.placed_at,
    told.amount,
    told.currency,
    told.status,
    told.items
FROM jsonb_to_recordset(%(orders)s) AS told (
    external_id text,
    buyer text,
    placed_at timestamptz,
    amount numeric,
    currency text,
    status text,
    items integer
)
LEFT JOIN customer ON customer.tenant_id = %(tenant_id)s AND customer.external_id = told.buyer
ORDER BY told.external_id
ON CONFLICT (tenant_id, external_id) DO UPDATE
SET customer_id = excluded.customer_id,
    placed_at = excluded.placed_at,
    amount = excluded.amount,
    currency = excluded.currency,
    status = excluded.status,
    items = excluded.items
WHERE (
        customer_order.customer_id,
        customer_order.placed_at,
        customer_order.amount,
        customer_order.currency,
        customer_order.status,
        customer_order.items
    ) IS DISTINCT FROM (
        excluded.customer_id,
        excluded.placed_at,
        excluded.amount,
        excluded.currency,
        excluded.status,
        excluded.items
    )
RETURNING id
