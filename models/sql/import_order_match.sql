-- The orders that are new, or differ from what the tenant has. What is not said stays as it was, but for items
-- that a caller clears.
INSERT INTO import_order (
    id, external_id, customer_id, old_customer_id, placed_at, amount, currency, status, items
)
SELECT id, external_id, customer_id, old_customer_id, placed_at, amount, currency, status, items
FROM (
    SELECT
        line,
        known.id,
        import_group.external_id,
        customer.id AS customer_id,
        known.customer_id AS old_customer_id,
        import_group.placed_at,
        import_group.net AS amount,
        import_group.currency,
        coalesce(import_group.status, known.status, 'paid') AS status,
        CASE WHEN NOT cleared THEN coalesce(import_group.items, known.items) END AS items,
        known.amount AS old_amount,
        known.placed_at AS old_placed_at,
        known.currency AS old_currency,
        known.status AS old_status,
        known.items AS old_items
    FROM import_group
    LEFT JOIN customer
        ON customer.tenant_id = %(tenant_id)s AND customer.external_id = import_group.customer
    LEFT JOIN customer_order AS known
        ON known.tenant_id = %(tenant_id)s AND known.external_id = import_group.external_id
    WHERE problem IS NULL AND net IS NOT NULL
) AS compared
WHERE (customer_id, placed_at, amount, currency, status, items)
    IS DISTINCT FROM (old_customer_id, old_placed_at, old_amount, old_currency, old_status, old_items)
ORDER BY line
