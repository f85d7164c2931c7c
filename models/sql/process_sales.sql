-- Write down what a run found of the sales of each period. Columns come as arrays, days as days since 1970-01-01.
INSERT INTO sales (
    tenant_id, run_id, period, starts_on, orders, revenue, refunds, new_customers, returning_customers, left_out
)
SELECT
    %(tenant_id)s,
    %(run_id)s,
    %(period)s,
    date '1970-01-01' + day,
    orders,
    revenue,
    refunds,
    new_customers,
    returning_customers,
    left_out
FROM unnest(
    %(day)b, %(orders)b, %(revenue)b, %(refunds)b, %(new_customers)b, %(returning_customers)b, %(left_out)b
) AS figures (day, orders, revenue, refunds, new_customers, returning_customers, left_out)
