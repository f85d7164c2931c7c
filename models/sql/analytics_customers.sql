-- What the run that stands found of an analysis: its figures, and the first customers of a class, as columns.
SELECT
    tenant.time_zone,
    run.as_of,
    run.finished_at,
    CASE %(analysis)s WHEN 'clv' THEN run.clv ELSE run.churn END,
    listed.*
FROM tenant
LEFT JOIN score_current AS standing ON standing.tenant_id = %(tenant_id)s
LEFT JOIN score_run AS run
    ON run.tenant_id = %(tenant_id)s AND run.id = standing.run_id AND run.status = 'succeeded'
CROSS JOIN LATERAL (
    SELECT
        array_agg(customer.id ORDER BY place.number),
        array_agg(customer.email ORDER BY place.number),
        array_agg(score.monetary ORDER BY place.number),
        array_agg(score.predicted_value ORDER BY place.number),
        array_agg(score.frequency ORDER BY place.number),
        array_agg(score.clv_tier ORDER BY place.number),
        array_agg(score.last_order_on ORDER BY place.number),
        array_agg(score.churn_probability ORDER BY place.number),
        array_agg(score.churn_risk ORDER BY place.number)
    FROM score_listing AS listing
    CROSS JOIN LATERAL unnest(listing.customer_ids[1:%(size)s]) WITH ORDINALITY AS place (customer_id, number)
    JOIN customer ON customer.tenant_id = %(tenant_id)s AND customer.id = place.customer_id
    JOIN customer_score AS score
        ON score.tenant_id = %(tenant_id)s
        AND score.run_id = standing.run_id
        AND score.customer_id = place.customer_id
    WHERE listing.tenant_id = %(tenant_id)s AND listing.analysis = %(analysis)s AND listing.class = %(class)s
) AS listed
WHERE tenant.id = %(tenant_id)s
