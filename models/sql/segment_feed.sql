-- Give entries of a tenant's feed their instants, one after the other, later than all that are committed. Whoever sends
-- this holds the tenant's lock of the feed until the end of the transaction, so that instants rise as commits do. The
-- clock is read here and not at the transaction's begin, and a clock that was set back changes nothing.
WITH last AS MATERIALIZED (
    SELECT greatest(clock_timestamp(), max(at)) AS at FROM segment_feed WHERE tenant_id = %(tenant_id)s
)
INSERT INTO segment_feed (tenant_id, id, at, kind, segment_id, entered, run_id, reason)
SELECT
    %(tenant_id)s,
    entry.id,
    last.at + entry.place * interval '1 microsecond',
    entry.kind,
    entry.segment_id,
    entry.entered,
    %(run)s::bigint,
    %(reason)s::text
FROM unnest(%(ids)s::bigint[], %(kinds)s::text[], %(segments)s::bigint[], %(entered)s::boolean[])
    WITH ORDINALITY AS entry (id, kind, segment_id, entered, place)
CROSS JOIN last
