-- Put a customer back into the segments that a merge took them out of, whose rows are locked, and take the other out of
-- those that it put them into. Segment, and whether the other left it.
WITH told AS (
    SELECT given.*
    FROM customer_merge
    CROSS JOIN LATERAL jsonb_to_recordset(moved -> 'members') AS given (
        segment_id bigint, added_at timestamptz, taken boolean
    )
    JOIN segment ON segment.tenant_id = %(tenant_id)s AND segment.id = given.segment_id
    WHERE customer_merge.tenant_id = %(tenant_id)s AND customer_merge.id = %(merge)s
),
back AS (
    INSERT INTO segment_member (tenant_id, segment_id, customer_id, added_at)
    SELECT %(tenant_id)s, segment_id, %(from)s, added_at FROM told
),
gone AS (
    DELETE FROM segment_member
    USING told
    WHERE segment_member.tenant_id = %(tenant_id)s
        AND segment_member.customer_id = %(into)s
        AND segment_member.segment_id = told.segment_id
        AND segment_member.added_at = told.added_at
        AND told.taken
    RETURNING segment_member.segment_id
),
counted AS (
    UPDATE segment
    SET member_count = member_count + 1, refreshed_at = clock_timestamp()
    WHERE tenant_id = %(tenant_id)s
        AND id IN (SELECT segment_id FROM told)
        AND id NOT IN (SELECT segment_id FROM gone)
)
SELECT segment_id, segment_id IN (SELECT segment_id FROM gone) FROM told ORDER BY segment_id
