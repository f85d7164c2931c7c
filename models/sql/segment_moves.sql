-- How many customers moved from one segment to another between two runs, for pairs of runs: from the segment before
-- their first change after the one run to that after their last change up to the other. Null is no segment.
-- Runs follow each other by when they ended: that is when their scores stood, whatever number they have.
WITH pair AS (
    SELECT earlier.id AS earlier, earlier.finished_at AS since, later.id AS later, later.finished_at AS until
    FROM unnest(%(earlier)s::bigint[], %(later)s::bigint[]) AS asked (earlier, later)
    JOIN score_run earlier ON earlier.tenant_id = %(tenant_id)s AND earlier.id = asked.earlier
    JOIN score_run later ON later.tenant_id = %(tenant_id)s AND later.id = asked.later
),
way AS (
    SELECT
        pair.earlier,
        pair.later,
        array_agg(change.from_segment ORDER BY run.finished_at, run.id) AS departures,
        array_agg(change.to_segment ORDER BY run.finished_at, run.id) AS arrivals
    FROM pair
    JOIN score_run run
        ON run.tenant_id = %(tenant_id)s
        AND run.status = 'succeeded'
        AND (run.finished_at, run.id) > (pair.since, pair.earlier)
        AND (run.finished_at, run.id) <= (pair.until, pair.later)
    JOIN segment_feed feed
        ON feed.tenant_id = %(tenant_id)s
        AND feed.kind = 'rfm_segment'
        AND feed.segment_id = 0
        AND feed.run_id = run.id
    JOIN segment_change change ON change.tenant_id = %(tenant_id)s AND change.feed_id = feed.id
    GROUP BY pair.earlier, pair.later, change.customer_id
)
SELECT earlier, later, departures[1] AS origin, arrivals[cardinality(arrivals)] AS destination, count(*) AS customers
FROM way
GROUP BY earlier, later, origin, destination
