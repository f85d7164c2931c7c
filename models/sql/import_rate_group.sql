-- One rate a currency and day, and whether the file gives different ones.
INSERT INTO import_rate (currency, valid_on, rate, disagree)
SELECT currency, valid_on, min(rate), min(rate) <> max(rate)
FROM (
    SELECT import_row.currency, coalesce(valid_local, valid_at AT TIME ZONE time_zone)::date AS valid_on, rate
    FROM import_row
    JOIN tenant ON tenant.id = %(tenant_id)s
) AS dated
GROUP BY currency, valid_on
