-- Make those who meet a segment's criteria its members, and no others; who was one already stays one since
-- the same instant. The segment's row is locked before; {wanted} stands for the ids of those who meet them.
-- EXCEPT hashes or sorts whatever the planner believes of the sizes; a join could be of each with each.
WITH wanted AS MATERIALIZED ({wanted}),
held AS MATERIALIZED (
    SELECT customer_id FROM segment_member WHERE tenant_id = %(tenant_id)s AND segment_id = %(segment)s
),
gone AS (
    DELETE FROM segment_member
    WHERE tenant_id = %(tenant_id)s AND segment_id = %(segment)s
        AND customer_id = ANY (ARRAY(SELECT customer_id FROM held EXCEPT SELECT id FROM wanted))
),
come AS (
    INSERT INTO segment_member (tenant_id, segment_id, customer_id)
    SELECT %(tenant_id)s, %(segment)s, id
    FROM (SELECT id FROM wanted EXCEPT SELECT customer_id FROM held) AS fresh (id)
)
UPDATE segment
SET member_count = (SELECT count(*) FROM wanted), refreshed_at = clock_timestamp()
WHERE tenant_id = %(tenant_id)s AND id = %(segment)s
RETURNING member_count
