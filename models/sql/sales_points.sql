-- The figures of several series, each of a run, a kind of period and the first days of its first and last period.
-- `series` is the place of each in the arrays, from 1.
SELECT
    wanted.series,
    sales.starts_on,
    sales.orders,
    sales.revenue,
    sales.refunds,
    sales.new_customers,
    sales.returning_customers,
    sales.left_out
FROM unnest(%(runs)s::bigint[], %(periods)s::text[], %(starts)s::date[], %(ends)s::date[])
    WITH ORDINALITY AS wanted (run_id, period, first_on, last_on, series)
JOIN sales
    ON sales.tenant_id = %(tenant_id)s
    AND sales.run_id = wanted.run_id
    AND sales.period = wanted.period
    AND sales.starts_on BETWEEN wanted.first_on AND wanted.last_on
