-- Take a customer out of all segments of the shop's own, whose rows are locked; the merge's record says which, and of
-- which static ones the other becomes a member instead. Segment, and whether the other came into it.
WITH gone AS (
    DELETE FROM segment_member
    WHERE tenant_id = %(tenant_id)s AND customer_id = %(from)s
    RETURNING segment_id, added_at
),
taken AS (
    INSERT INTO segment_member (tenant_id, segment_id, customer_id, added_at)
    SELECT %(tenant_id)s, gone.segment_id, %(into)s, gone.added_at
    FROM gone
    JOIN segment ON segment.tenant_id = %(tenant_id)s AND segment.id = gone.segment_id AND segment.type = 'static'
    ON CONFLICT DO NOTHING
    RETURNING segment_id
),
found AS (
    SELECT segment_id, added_at, segment_id IN (SELECT segment_id FROM taken) AS taken FROM gone
),
counted AS (
    UPDATE segment
    SET member_count = member_count - 1, refreshed_at = clock_timestamp()
    WHERE tenant_id = %(tenant_id)s AND id IN (SELECT segment_id FROM found WHERE NOT taken)
),
noted AS (
    UPDATE customer_merge
    SET moved = moved || jsonb_build_object(
        'members', (SELECT coalesce(jsonb_agg(to_jsonb(found) ORDER BY segment_id), '[]') FROM found)
    )
    WHERE tenant_id = %(tenant_id)s AND id = %(merge)s
)
SELECT segment_id, taken FROM found ORDER BY segment_id
