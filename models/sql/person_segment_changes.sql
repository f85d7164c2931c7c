-- What the feed of segments tells of a customer, and of those who were merged into them, oldest first.
SELECT to_jsonb(told)::text
FROM (
    SELECT
        at, kind, nullif(segment_id, 0) AS segment_id, entered, from_segment, to_segment, reason, run_id
    FROM segment_change AS change
    JOIN segment_feed AS feed ON feed.tenant_id = %(tenant_id)s AND feed.id = change.feed_id
    WHERE change.tenant_id = %(tenant_id)s
        AND change.customer_id IN (
            SELECT %(customer)s::bigint
            UNION ALL
            SELECT from_id
            FROM customer_merge
            WHERE tenant_id = %(tenant_id)s AND survivor_id = %(customer)s AND undone_at IS NULL
        )
    ORDER BY at
) AS told
