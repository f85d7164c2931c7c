-- Orders that purchases tell of: those that are new, and those that are there and differ, which keep their moment,
-- their status and the customer that is known.
INSERT INTO customer_order (tenant_id, external_id, customer_id, placed_at, amount, currency, items)
SELECT %(tenant_id)s, external_id, customer_id, placed_at, amount, currency, items
FROM jsonb_to_recordset(%(rows)s::jsonb) AS purchase (
    external_id text, customer_id bigint, placed_at timestamptz, amount numeric, currency text, items integer
)
ORDER BY external_id
ON CONFLICT (tenant_id, external_id) DO UPDATE
SET customer_id = coalesce(customer_order.customer_id, excluded.customer_id),
    amount = excluded.amount,
    currency = excluded.currency,
    items = coalesce(excluded.items, customer_order.items)
WHERE (
        customer_order.customer_id, customer_order.amount, customer_order.currency, customer_order.items
    ) IS DISTINCT FROM (
        coalesce(customer_order.customer_id, excluded.customer_id),
        excluded.amount,
        excluded.currency,
        coalesce(excluded.items, customer_order.items)
    )
RETURNING id
