-- Make those who meet a segment's criteria its members, and no others; who was one already stays one since
-- the same instant. The segment's row is locked before; {difference} tells who is fresh, who is lost and the total.
-- Each is told in the feed: who left under the entry `left`, who came under the entry `entered`. How many left and came.
WITH {difference},
gone AS (
    DELETE FROM segment_member
    WHERE tenant_id = %(tenant_id)s AND segment_id = %(segment)s AND customer_id = ANY (ARRAY(SELECT id FROM lost))
),
come AS (
    INSERT INTO segment_member (tenant_id, segment_id, customer_id)
    SELECT %(tenant_id)s, %(segment)s, id FROM fresh
),
told AS (
    INSERT INTO segment_change (tenant_id, feed_id, customer_id)
    SELECT %(tenant_id)s, %(left)s::bigint, id FROM lost
    UNION ALL
    SELECT %(tenant_id)s, %(entered)s::bigint, id FROM fresh
),
counted AS (
    UPDATE segment
    SET member_count = (SELECT members FROM total), refreshed_at = clock_timestamp()
    WHERE tenant_id = %(tenant_id)s AND id = %(segment)s
)
SELECT (SELECT count(*) FROM lost), (SELECT count(*) FROM fresh)
