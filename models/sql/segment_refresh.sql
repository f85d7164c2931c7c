-- Make those who meet a segment's criteria its members, and no others; who was one already stays one since
-- the same instant. The segment's row is locked before. {wanted} stands for the ids of those who meet them.
WITH wanted AS MATERIALIZED ({wanted}),
gone AS (
    DELETE FROM segment_member member
    WHERE member.tenant_id = %(tenant_id)s AND member.segment_id = %(segment)s
        AND NOT EXISTS (SELECT FROM wanted WHERE wanted.id = member.customer_id)
),
come AS (
    INSERT INTO segment_member (tenant_id, segment_id, customer_id)
    SELECT %(tenant_id)s, %(segment)s, wanted.id FROM wanted
    WHERE NOT EXISTS (
        SELECT FROM segment_member member
        WHERE member.tenant_id = %(tenant_id)s AND member.segment_id = %(segment)s
            AND member.customer_id = wanted.id
    )
)
UPDATE segment
SET member_count = (SELECT count(*) FROM wanted), refreshed_at = clock_timestamp()
WHERE tenant_id = %(tenant_id)s AND id = %(segment)s
RETURNING member_count
