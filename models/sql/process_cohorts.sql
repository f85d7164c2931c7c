-- Write down the cohorts that a run found. Columns come as arrays, days as days since 1970-01-01.
INSERT INTO cohort (tenant_id, run_id, starts_on, months_since, customers, revenue)
SELECT %(tenant_id)s, %(run_id)s, date '1970-01-01' + day, months_since, customers, revenue
FROM unnest(%(day)b, %(months_since)b, %(customers)b, %(revenue)b) AS cell (day, months_since, customers, revenue)
