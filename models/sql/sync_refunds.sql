-- What was given back of orders: what is new, and what differs.
INSERT INTO refund (
    tenant_id, external_id, customer_id, order_id, order_external_id, linked_by, refunded_at, amount, currency
)
SELECT
    %(tenant_id)s,
    told.external_id,
    customer_order.customer_id,
    customer_order.id,
    customer_order.external_id,
    'reference',
    told.refunded_at,
    told.amount,
    customer_order.currency
FROM jsonb_to_recordset(%(refunds)s) AS told (
    external_id text, "order" text, refunded_at timestamptz, amount numeric
)
JOIN customer_order
    ON customer_order.tenant_id = %(tenant_id)s AND customer_order.external_id = told."order"
ORDER BY told.external_id
ON CONFLICT (tenant_id, external_id) DO UPDATE
SET customer_id = excluded.customer_id,
    order_id = excluded.order_id,
    order_external_id = excluded.order_external_id,
    linked_by = excluded.linked_by,
    refunded_at = excluded.refunded_at,
    amount = excluded.amount,
    currency = excluded.currency
WHERE (
        refund.customer_id,
        refund.order_id,
        refund.order_external_id,
        refund.linked_by,
        refund.refunded_at,
        refund.amount,
        refund.currency
    ) IS DISTINCT FROM (
        excluded.customer_id,
        excluded.order_id,
        excluded.order_external_id,
        excluded.linked_by,
        excluded.refunded_at,
        excluded.amount,
        excluded.currency
    )
RETURNING order_id
