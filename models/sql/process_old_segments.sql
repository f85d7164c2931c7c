-- The classes of the scores as they stand before a run writes its own: one row for all customers of the same ones, their
-- places in the orders of their scores from 1, 0 for none, and the customers.
SELECT
    coalesce(array_position(%(rfm_segment)s::text[], segment), 0),
    coalesce(array_position(%(clv_tier)s::text[], clv_tier), 0),
    coalesce(array_position(%(churn_risk)s::text[], churn_risk), 0),
    array_agg(customer_id)
FROM customer_score
WHERE tenant_id = %(tenant_id)s
    AND run_id = (SELECT run_id FROM score_current WHERE tenant_id = %(tenant_id)s)
GROUP BY segment, clv_tier, churn_risk
