-- How many changes of the feed there are for each of those asked for, {asked}; {entry} and {change} say which.
SELECT asked.place, count(*)
FROM {asked}
JOIN segment_feed AS feed ON feed.tenant_id = %(tenant_id)s AND {entry}
JOIN segment_change AS change
    ON change.tenant_id = %(tenant_id)s AND change.feed_id = feed.id AND {customer} AND {change}
GROUP BY asked.place
