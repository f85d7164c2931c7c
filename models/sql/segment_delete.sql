-- Take all members out of a segment whose row is locked; the feed tells of each under the entry `feed`. How many.
WITH gone AS (
    DELETE FROM segment_member
    WHERE tenant_id = %(tenant_id)s AND segment_id = %(segment)s
    RETURNING customer_id
),
told AS (
    INSERT INTO segment_change (tenant_id, feed_id, customer_id)
    SELECT %(tenant_id)s, %(feed)s::bigint, customer_id FROM gone ORDER BY customer_id
)
SELECT count(*) FROM gone
