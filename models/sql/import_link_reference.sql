-- The refunds to look at, each with the order it names (or whose number it carries) in the same currency:
-- refunds that are new or differ, that name an order that is new or differs, or of a touched customer.
INSERT INTO import_link (refund_id, old_order_id, order_id, linked_by)
SELECT
    refund.id,
    refund.order_id,
    customer_order.id,
    CASE WHEN customer_order.id IS NOT NULL THEN 'reference' END
FROM refund
LEFT JOIN customer_order
    ON customer_order.tenant_id = %(tenant_id)s
    AND customer_order.external_id = coalesce(refund.order_external_id, refund.external_id)
    AND customer_order.currency = refund.currency
WHERE refund.tenant_id = %(tenant_id)s
    AND (
        refund.customer_id IN (SELECT customer_id FROM import_touched)
        OR refund.external_id IN (SELECT external_id FROM import_refund)
        OR coalesce(refund.order_external_id, refund.external_id) IN (SELECT external_id FROM import_order)
    )
