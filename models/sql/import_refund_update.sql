-- The refunds that differ.
UPDATE refund
SET customer_id = import_refund.customer_id,
    refunded_at = import_refund.refunded_at,
    amount = import_refund.amount,
    currency = import_refund.currency,
    order_external_id = import_refund.order_external_id
FROM import_refund
WHERE refund.tenant_id = %(tenant_id)s AND refund.id = import_refund.id
