-- The refunds that are new, or differ from what the tenant has. The order that one names stays as it was where
-- none is said, unless a caller clears it.
INSERT INTO import_refund (
    id, external_id, customer_id, old_customer_id, old_order_id, refunded_at, amount, currency, order_external_id
)
SELECT
    id, external_id, customer_id, old_customer_id, old_order_id, refunded_at, amount, currency, order_external_id
FROM (
    SELECT
        line,
        known.id,
        import_group.external_id,
        customer.id AS customer_id,
        known.customer_id AS old_customer_id,
        known.order_id AS old_order_id,
        import_group.given_at AS refunded_at,
        import_group.given AS amount,
        import_group.currency,
        CASE
            WHEN NOT cleared THEN coalesce(import_group.refund_of, known.order_external_id)
        END AS order_external_id,
        known.refunded_at AS old_refunded_at,
        known.amount AS old_amount,
        known.currency AS old_currency,
        known.order_external_id AS old_order_external_id
    FROM import_group
    LEFT JOIN customer
        ON customer.tenant_id = %(tenant_id)s AND customer.external_id = import_group.customer
    LEFT JOIN refund AS known
        ON known.tenant_id = %(tenant_id)s AND known.external_id = import_group.external_id
    WHERE problem IS NULL AND given IS NOT NULL
) AS compared
WHERE (customer_id, refunded_at, amount, currency, order_external_id)
    IS DISTINCT FROM (old_customer_id, old_refunded_at, old_amount, old_currency, old_order_external_id)
ORDER BY line
