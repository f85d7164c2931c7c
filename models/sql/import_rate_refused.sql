-- The rows whose currency and day have different rates.
SELECT line, import_row.rate::text
FROM import_row
JOIN tenant ON tenant.id = %(tenant_id)s
JOIN import_rate
    ON import_rate.currency = import_row.currency
    AND import_rate.valid_on = coalesce(valid_local, valid_at AT TIME ZONE time_zone)::date
WHERE disagree
ORDER BY line
