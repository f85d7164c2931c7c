-- A page of the feed between two positions for each of some customers: {asked}. {entry} and {change} say which of it;
-- {way} is ASC or DESC.
SELECT asked.place, {columns}
FROM {asked}
CROSS JOIN LATERAL (
    SELECT feed.id, feed.at, feed.kind, feed.segment_id, feed.entered, feed.run_id, feed.reason,
        change.customer_id, change.from_segment, change.to_segment
    FROM segment_change AS change
    JOIN segment_feed AS feed ON feed.tenant_id = %(tenant_id)s AND feed.id = change.feed_id
    WHERE change.tenant_id = %(tenant_id)s
        AND change.customer_id = asked.id
        AND (feed.at, change.customer_id) > (%(low_at)s::timestamptz, %(low)s::bigint)
        AND (feed.at, change.customer_id) < (%(high_at)s::timestamptz, %(high)s::bigint)
        AND {entry}
        AND {change}
    ORDER BY feed.at {way}
    LIMIT %(size)s
) AS found
ORDER BY asked.place, found.at {way}
