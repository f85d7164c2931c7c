-- A customer's standing scores.
SELECT to_jsonb(told)::text
FROM (
    SELECT score.*
    FROM customer_score AS score
    JOIN score_current AS current ON current.tenant_id = %(tenant_id)s AND current.run_id = score.run_id
    WHERE score.tenant_id = %(tenant_id)s AND score.customer_id = %(customer)s
) AS told
