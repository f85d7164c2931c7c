-- The exchange rates of a tenant, as columns: one row a currency, days ascending.
SELECT
    currency,
    array_agg(valid_on - date '1970-01-01' ORDER BY valid_on) AS day,
    array_agg(rate::float8 ORDER BY valid_on) AS rate
FROM exchange_rate
WHERE tenant_id = %(tenant_id)s
GROUP BY currency
