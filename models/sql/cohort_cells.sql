-- The cells of several matrices, each of a run, from a cohort's month on, in the order of cohort and month.
-- `matrix` is the place of each in the arrays, from 1.
SELECT wanted.matrix, cohort.starts_on, cohort.months_since, cohort.customers, cohort.revenue
FROM unnest(%(runs)s::bigint[], %(starts)s::date[]) WITH ORDINALITY AS wanted (run_id, first_on, matrix)
JOIN cohort
    ON cohort.tenant_id = %(tenant_id)s
    AND cohort.run_id = wanted.run_id
    AND cohort.starts_on >= wanted.first_on
ORDER BY wanted.matrix, cohort.starts_on, cohort.months_since
