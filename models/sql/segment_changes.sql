-- A tenant's moves between segments, in the order in which they came to stand: so many after a position. `finished_at`
-- of runs that succeeded grows from one to the next, so the runs of the tenant are in the order of their commits.
SELECT
    change.run_id,
    change.customer_id,
    change.from_segment,
    change.to_segment,
    change.changed_at,
    run.finished_at
FROM (
    SELECT id, finished_at
    FROM score_run
    WHERE tenant_id = %(tenant_id)s AND status = 'succeeded' AND finished_at >= %(stood_at)s
    ORDER BY finished_at
) AS run
CROSS JOIN LATERAL (
    SELECT run_id, customer_id, from_segment, to_segment, changed_at
    FROM segment_change
    WHERE tenant_id = %(tenant_id)s
        AND run_id = run.id
        AND customer_id > CASE WHEN run.finished_at = %(stood_at)s THEN %(customer)s ELSE 0 END
        AND (
            %(segments)s::text[] IS NULL
            OR from_segment = ANY (%(segments)s::text[])
            OR to_segment = ANY (%(segments)s::text[])
        )
    ORDER BY customer_id
    LIMIT %(size)s
) AS change
ORDER BY run.finished_at, change.customer_id
LIMIT %(size)s
