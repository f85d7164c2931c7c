-- Put customers into a static segment whose row is locked. One row for each customer that the tenant has:
-- whether it was added. The feed tells of those that were, under the entry `feed`.
WITH found AS (
    SELECT id FROM customer WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s)
),
moved AS (
    INSERT INTO segment_member (tenant_id, segment_id, customer_id)
    SELECT %(tenant_id)s, %(segment)s, id FROM found
    ON CONFLICT DO NOTHING
    RETURNING customer_id
),
told AS (
    INSERT INTO segment_change (tenant_id, feed_id, customer_id)
    SELECT %(tenant_id)s, %(feed)s::bigint, customer_id FROM moved
),
counted AS (
    UPDATE segment
    SET member_count = member_count + (SELECT count(*) FROM moved), refreshed_at = clock_timestamp()
    WHERE tenant_id = %(tenant_id)s AND id = %(segment)s
)
SELECT found.id, moved.customer_id IS NOT NULL FROM found LEFT JOIN moved ON moved.customer_id = found.id
