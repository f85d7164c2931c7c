-- A number for the rows of a file that has none: customer, local time and which one of that moment it is, as
-- in 17850@1997-01-12#2. Read from the right it can be taken apart again, so no two rows share one; the same
-- file gives the same numbers each time.
UPDATE import_row
SET order_id = concat(
    customer,
    '@',
    to_char(
        at,
        CASE
            WHEN at = date_trunc('day', at) THEN 'YYYY-MM-DD'
            WHEN at = date_trunc('second', at) THEN 'YYYY-MM-DD"T"HH24:MI:SS'
            ELSE 'YYYY-MM-DD"T"HH24:MI:SS.US'
        END
    ),
    '#',
    place
)
FROM (
    SELECT line AS of_line, at, row_number() OVER (PARTITION BY customer, at ORDER BY line) AS place
    FROM (
        SELECT line, customer, coalesce(placed_local, placed_at AT TIME ZONE time_zone) AS at
        FROM import_row
        JOIN tenant ON tenant.id = %(tenant_id)s
    ) AS local
) AS numbered
WHERE of_line = line
