-- What the file holds, by currency: orders and refunds, those without a customer, net revenue of paid orders
-- with and without a customer, first and last local day, orders later than now.
SELECT
    import_group.currency,
    count(net),
    count(net) FILTER (WHERE customer IS NULL),
    coalesce(sum(worth) FILTER (WHERE customer IS NOT NULL), 0),
    coalesce(sum(worth) FILTER (WHERE customer IS NULL), 0),
    (min(least(placed_at, given_at)) AT TIME ZONE min(time_zone))::date,
    (max(greatest(placed_at, given_at)) AT TIME ZONE min(time_zone))::date,
    count(net) FILTER (WHERE placed_at > now())
FROM (
    SELECT
        *,
        CASE WHEN coalesce(status, 'paid') = 'paid' THEN coalesce(net, 0) ELSE 0 END - coalesce(given, 0) AS worth
    FROM import_group
    WHERE problem IS NULL AND (net IS NOT NULL OR given IS NOT NULL)
) AS import_group
JOIN tenant ON tenant.id = %(tenant_id)s
GROUP BY import_group.currency
ORDER BY import_group.currency
