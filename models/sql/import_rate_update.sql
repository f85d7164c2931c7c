-- The rates that differ.
UPDATE exchange_rate
SET rate = import_rate.rate
FROM import_rate
WHERE exchange_rate.tenant_id = %(tenant_id)s
    AND exchange_rate.currency = import_rate.currency
    AND exchange_rate.valid_on = import_rate.valid_on
    AND exchange_rate.rate <> import_rate.rate
    AND NOT disagree
