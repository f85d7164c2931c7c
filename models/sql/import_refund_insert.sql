-- The new refunds; they are linked to their orders afterwards.
INSERT INTO refund (tenant_id, external_id, customer_id, order_external_id, refunded_at, amount, currency)
SELECT %(tenant_id)s, external_id, customer_id, order_external_id, refunded_at, amount, currency
FROM import_refund
WHERE id IS NULL
