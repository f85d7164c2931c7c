-- Put a customer's scores back where they were, if the run that they are of still stands. The classes that they are in.
WITH back AS (
    INSERT INTO customer_score
    SELECT score.*
    FROM customer_merge
    CROSS JOIN LATERAL jsonb_populate_record(NULL::customer_score, nullif(moved -> 'score', 'null')) AS score
    WHERE customer_merge.tenant_id = %(tenant_id)s
        AND customer_merge.id = %(merge)s
        AND score.tenant_id = %(tenant_id)s
        AND score.run_id = (SELECT run_id FROM score_current WHERE tenant_id = %(tenant_id)s)
    RETURNING *
),
listed AS (
    UPDATE score_listing
    SET customer_ids = customer_ids[:told.place - 1] || %(from)s::bigint || customer_ids[told.place:]
    FROM customer_merge
    CROSS JOIN LATERAL jsonb_to_recordset(moved -> 'listed') AS told (
        analysis text, class text, run_id bigint, place integer
    )
    WHERE customer_merge.tenant_id = %(tenant_id)s
        AND customer_merge.id = %(merge)s
        AND score_listing.tenant_id = %(tenant_id)s
        AND score_listing.analysis = told.analysis
        AND score_listing.class = told.class
        AND score_listing.run_id = told.run_id
        AND EXISTS (SELECT FROM back)
),
counted AS (
    UPDATE segment
    SET member_count = member_count + 1
    FROM back
    WHERE segment.tenant_id = %(tenant_id)s
        AND segment.builtin IN (
            'rfm_segment:' || back.segment, 'clv_tier:' || back.clv_tier, 'churn_risk:' || back.churn_risk
        )
)
SELECT segment, clv_tier, churn_risk FROM back
