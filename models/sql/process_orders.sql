-- What a tenant's orders before an instant were worth, as columns: one row for every block of customers and
-- currency. Guests come as customer 0. Amounts are counts of 1/scale in the tenant's currency, of 1/10000 in others.
SELECT
    currency,
    array_agg(coalesce(customer_id, 0)) AS customer,
    array_agg(placed_at) AS placed_at,
    array_agg(
        (amount * CASE WHEN currency = %(currency)s THEN %(scale)s ELSE 10000 END)::bigint
    ) AS amount
FROM customer_order
WHERE tenant_id = %(tenant_id)s
    AND placed_at < %(as_of)s
    AND status = 'paid'
GROUP BY coalesce(customer_id, 0) / 262144, currency
