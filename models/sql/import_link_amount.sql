-- Refunds that name no order, matched to paid orders of the same customer, amount and currency: each takes the
-- latest earlier order that no other has taken, which is a stack. Of a customer's moments with one amount, an
-- order goes one level up and a refund one down, staying at the ground where there is nothing to take; a refund
-- then undoes the order just before it on its level.
UPDATE import_link
SET order_id = matched.order_id, linked_by = 'amount'
FROM (
    SELECT
        refund_id,
        lag(order_id) OVER (PARTITION BY customer_id, currency, amount, level ORDER BY place) AS order_id
    FROM (
        SELECT *, height - ground + CASE WHEN refund_id IS NULL THEN 0 ELSE 1 END AS level
        FROM (
            SELECT *, least(min(height) OVER sequence, 0) AS ground
            FROM (
                SELECT
                    *,
                    sum(CASE WHEN refund_id IS NULL THEN 1 ELSE -1 END) OVER sequence AS height
                FROM (
                    SELECT
                        *,
                        row_number() OVER (
                            PARTITION BY customer_id, currency, amount
                            ORDER BY moment, refund_id IS NOT NULL, external_id COLLATE "C"
                        ) AS place
                    FROM (
                        SELECT
                            refund.customer_id,
                            refund.currency,
                            refund.amount,
                            refund.refunded_at AS moment,
                            refund.external_id,
                            refund.id AS refund_id,
                            NULL::bigint AS order_id
                        FROM import_link
                        JOIN refund ON refund.tenant_id = %(tenant_id)s AND refund.id = import_link.refund_id
                        WHERE import_link.order_id IS NULL
                            AND refund.order_external_id IS NULL
                            AND refund.customer_id IS NOT NULL
                        UNION ALL
                        SELECT
                            customer_order.customer_id,
                            customer_order.currency,
                            customer_order.amount,
                            customer_order.placed_at,
                            customer_order.external_id,
                            NULL,
                            customer_order.id
                        FROM customer_order
                        WHERE customer_order.tenant_id = %(tenant_id)s
                            AND customer_order.status = 'paid'
                            AND (customer_order.customer_id, customer_order.currency, customer_order.amount) IN (
                                SELECT refund.customer_id, refund.currency, refund.amount
                                FROM import_link
                                JOIN refund
                                    ON refund.tenant_id = %(tenant_id)s AND refund.id = import_link.refund_id
                                WHERE import_link.order_id IS NULL AND refund.order_external_id IS NULL
                            )
                            AND NOT EXISTS (
                                SELECT FROM import_link WHERE import_link.order_id = customer_order.id
                            )
                            AND NOT EXISTS (
                                SELECT
                                FROM refund
                                WHERE refund.tenant_id = %(tenant_id)s
                                    AND refund.order_id = customer_order.id
                                    AND refund.linked_by = 'reference'
                                    AND refund.id NOT IN (SELECT refund_id FROM import_link)
                            )
                    ) AS moments
                ) AS placed
                WINDOW sequence AS (PARTITION BY customer_id, currency, amount ORDER BY place)
            ) AS climbed
            WINDOW sequence AS (PARTITION BY customer_id, currency, amount ORDER BY place)
        ) AS grounded
    ) AS levelled
) AS matched
WHERE matched.refund_id = import_link.refund_id AND matched.order_id IS NOT NULL
