-- Append the moves between the classes of a score that a run found; position 0 stands for none.
INSERT INTO segment_change (tenant_id, feed_id, customer_id, from_segment, to_segment)
SELECT
    %(tenant_id)s,
    %(feed)s,
    customer,
    (%(classes)s::text[])[nullif(old, 0)],
    (%(classes)s::text[])[nullif(new, 0)]
FROM unnest(%(customer)b, %(old)b, %(new)b) AS change (customer, old, new)
