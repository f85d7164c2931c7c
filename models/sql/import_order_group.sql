-- The rows of each order number as one order, one credit, or both. Lines are summed exactly and then rounded,
-- half to even, to the currency's smallest unit. Of lines with different statuses those that stand count:
-- paid before pending before cancelled. A credit is money given back whatever its sign; so is an order whose
-- sum is negative; either only if it is paid.
INSERT INTO import_group (
    external_id, line, customer, currency, placed_at, net, status, items, given_at, given, refund_of, problem
)
SELECT
    order_id,
    line,
    customer,
    currency,
    CASE WHEN net >= 0 THEN ordered_at END,
    CASE WHEN net >= 0 THEN net END,
    status,
    CASE WHEN items <= 2147483647 THEN items END::integer,
    least(credited_at, CASE WHEN reverses THEN ordered_at END),
    nullif(coalesce(credited, 0) - CASE WHEN reverses THEN net ELSE 0 END, 0),
    refund_of,
    CASE
        WHEN bad THEN 'row'
        WHEN customer <> other_customer THEN 'customer'
        WHEN currency <> other_currency THEN 'currency'
        WHEN abs(net) + coalesce(credited, 0) >= 1e15 OR credited >= 1e15 THEN 'total'
    END
FROM (
    SELECT *, net < 0 AND coalesce(status, 'paid') = 'paid' AS reverses
    FROM (
        SELECT
            summed.*,
            CASE
                WHEN total = trunc(total, place.digits) THEN total
                WHEN 2 * abs(total - trunc(total, place.digits)) = 10::numeric ^ -place.digits
                    THEN 2 * round(total / 2, place.digits)
                ELSE round(total, place.digits)
            END AS net,
            CASE
                WHEN given = trunc(given, place.digits) THEN given
                WHEN 2 * (given - trunc(given, place.digits)) = 10::numeric ^ -place.digits
                    THEN 2 * round(given / 2, place.digits)
                ELSE round(given, place.digits)
            END AS credited
        FROM (
            SELECT
                order_id,
                min(line) AS line,
                min(customer) AS customer,
                max(customer) AS other_customer,
                min(currency) AS currency,
                max(currency) AS other_currency,
                min(at) FILTER (WHERE NOT credit) AS ordered_at,
                min(at) FILTER (WHERE credit AND stands = 'paid') AS credited_at,
                coalesce(
                    sum(worth) FILTER (WHERE NOT credit AND stands = 'paid'),
                    sum(worth) FILTER (WHERE NOT credit AND stands = 'pending'),
                    sum(worth) FILTER (WHERE NOT credit AND stands = 'cancelled')
                ) AS total,
                abs(sum(worth) FILTER (WHERE credit AND stands = 'paid')) AS given,
                ('{cancelled,pending,paid}'::text[])[
                    max(array_position('{cancelled,pending,paid}', status)) FILTER (WHERE NOT credit)
                ] AS status,
                CASE
                    WHEN %(by_line)s THEN count(*) FILTER (WHERE NOT credit)
                    ELSE sum(items) FILTER (WHERE NOT credit)
                END AS items,
                min(refund_of) AS refund_of,
                bool_or(bad) AS bad
            FROM (
                SELECT
                    import_row.*,
                    coalesce(import_row.placed_at, placed_local AT TIME ZONE time_zone) AS at,
                    coalesce(amount, qty * unit_price) AS worth,
                    coalesce(status, 'paid') AS stands
                FROM import_row
                JOIN tenant ON tenant.id = %(tenant_id)s
            ) AS priced
            GROUP BY order_id
        ) AS summed
        LEFT JOIN unnest(%(unusual)s::text[], %(digits)s::integer[]) AS unit (code, digits)
            ON unit.code = summed.currency
        CROSS JOIN LATERAL (SELECT coalesce(unit.digits, 2) AS digits) AS place
        -- A fence: what was rounded once is not rounded again wherever it is used.
        OFFSET 0
    ) AS rounded
) AS worked_out
