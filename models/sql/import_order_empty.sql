-- Credits that give nothing back, being worth nothing or not paid: first line and number.
SELECT import_group.line, external_id
FROM import_group
WHERE problem IS NULL AND net IS NULL AND given IS NULL
ORDER BY line
