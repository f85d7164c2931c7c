-- The segments as they stand before a run writes its own: customers with the position of their segment.
SELECT
    array_agg(customer_id) AS customer,
    array_agg(array_position(%(segments)s::text[], segment)) AS segment
FROM customer_score
WHERE tenant_id = %(tenant_id)s
    AND run_id = (SELECT run_id FROM score_current WHERE tenant_id = %(tenant_id)s)
    AND segment IS NOT NULL
