-- A page of the feed for each of those asked for, {asked}, between two positions: entry by entry in their order, so that
-- no plan sorts more than a page of each. {entry} and {change} say which; {way} is ASC or DESC.
SELECT asked.place, {columns}
FROM {asked}
CROSS JOIN LATERAL (
    SELECT entry.*, one.customer_id, one.from_segment, one.to_segment
    FROM (
        SELECT feed.id, feed.at, feed.kind, feed.segment_id, feed.entered, feed.run_id, feed.reason
        FROM segment_feed AS feed
        WHERE feed.tenant_id = %(tenant_id)s
            AND feed.at >= %(low_at)s::timestamptz
            AND feed.at <= %(high_at)s::timestamptz
            AND {entry}
        ORDER BY feed.at {way}
    ) AS entry
    CROSS JOIN LATERAL (
        SELECT change.customer_id, change.from_segment, change.to_segment
        FROM segment_change AS change
        WHERE change.tenant_id = %(tenant_id)s
            AND change.feed_id = entry.id
            AND change.customer_id > CASE WHEN entry.at = %(low_at)s::timestamptz THEN %(low)s::bigint ELSE -{most} END
            AND change.customer_id < CASE WHEN entry.at = %(high_at)s::timestamptz THEN %(high)s::bigint ELSE {most} END
            AND {change}
        ORDER BY change.customer_id {way}
        LIMIT %(size)s
    ) AS one
    ORDER BY entry.at {way}, one.customer_id {way}
    LIMIT %(size)s
) AS found
ORDER BY asked.place, found.at {way}, found.customer_id {way}
