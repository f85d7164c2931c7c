-- A number for the rows of a file that has none: customer, local time, worth and which one of these it is, as
-- in 17850@1997-01-12=11.77#2. Read from the right it can be taken apart again, so no two rows share one; the
-- same row of another file is the same order, a row that differs in anything another one.
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
    '=',
    trim_scale(worth),
    '#',
    place
)
FROM (
    SELECT
        line AS of_line,
        at,
        worth,
        row_number() OVER (PARTITION BY customer, at, worth ORDER BY line) AS place
    FROM (
        SELECT
            line,
            customer,
            coalesce(amount, qty * unit_price) AS worth,
            coalesce(placed_local, placed_at AT TIME ZONE time_zone) AS at
        FROM import_row
        JOIN tenant ON tenant.id = %(tenant_id)s
    ) AS local
) AS numbered
WHERE of_line = line
