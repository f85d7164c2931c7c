-- The segments as they stand before a run writes its own: one row a segment, its place in their order from 1 and
-- its customers.
SELECT array_position(%(segments)s::text[], segment) AS place, array_agg(customer_id) AS customer
FROM customer_score
WHERE tenant_id = %(tenant_id)s
    AND run_id = (SELECT run_id FROM score_current WHERE tenant_id = %(tenant_id)s)
    AND segment IS NOT NULL
GROUP BY segment
