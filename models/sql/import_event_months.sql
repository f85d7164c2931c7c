-- Make sure that the months the file's events fall in have a partition.
SELECT event_partition_ensure(month)
FROM (
    SELECT DISTINCT date_trunc('month', coalesce(occurred_at, occurred_local AT TIME ZONE time_zone) AT TIME ZONE 'UTC')::date
        AS month
    FROM import_row
    JOIN tenant ON tenant.id = %(tenant_id)s
) AS months
ORDER BY month
