-- The rates of days that have none yet.
INSERT INTO exchange_rate (tenant_id, currency, valid_on, rate)
SELECT %(tenant_id)s, currency, valid_on, rate
FROM import_rate
WHERE NOT disagree AND NOT EXISTS (
    SELECT
    FROM exchange_rate
    WHERE exchange_rate.tenant_id = %(tenant_id)s
        AND exchange_rate.currency = import_rate.currency
        AND exchange_rate.valid_on = import_rate.valid_on
)
