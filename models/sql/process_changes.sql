-- Append the moves between segments that a run found; position 0 stands for no segment.
INSERT INTO segment_change (tenant_id, run_id, customer_id, from_segment, to_segment)
SELECT
    %(tenant_id)s,
    %(run_id)s,
    customer,
    (%(segments)s::text[])[nullif(old, 0)],
    (%(segments)s::text[])[nullif(new, 0)]
FROM unnest(%(customer)b, %(old)b, %(new)b) AS change (customer, old, new)
