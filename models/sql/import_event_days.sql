-- First and last local day of the file's events, and how many are later than now.
SELECT (min(at) AT TIME ZONE min(time_zone))::date, (max(at) AT TIME ZONE min(time_zone))::date, count(*) FILTER (WHERE at > now())
FROM (
    SELECT time_zone, coalesce(occurred_at, occurred_local AT TIME ZONE time_zone) AS at
    FROM import_row
    JOIN tenant ON tenant.id = %(tenant_id)s
) AS dated
