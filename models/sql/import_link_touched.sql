-- The customers whose refunds must be matched anew: those of orders and refunds that are new or differ, before
-- and after, and those whose orders such refunds name.
INSERT INTO import_touched (customer_id)
SELECT customer_id FROM import_order WHERE customer_id IS NOT NULL
UNION
SELECT old_customer_id FROM import_order WHERE old_customer_id IS NOT NULL
UNION
SELECT customer_id FROM import_refund WHERE customer_id IS NOT NULL
UNION
SELECT old_customer_id FROM import_refund WHERE old_customer_id IS NOT NULL
UNION
SELECT customer_order.customer_id
FROM import_refund
JOIN customer_order
    ON customer_order.tenant_id = %(tenant_id)s AND customer_order.id = import_refund.old_order_id
WHERE customer_order.customer_id IS NOT NULL
UNION
SELECT customer_order.customer_id
FROM import_refund
JOIN customer_order
    ON customer_order.tenant_id = %(tenant_id)s
    AND customer_order.external_id = coalesce(import_refund.order_external_id, import_refund.external_id)
WHERE customer_order.customer_id IS NOT NULL
