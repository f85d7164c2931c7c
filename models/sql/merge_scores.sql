-- Take a customer's standing scores away, from the lists of the best and the counts of the built-in segments too; the
-- merge's record has them. The classes that they were in: RFM segment, tier, risk.
WITH gone AS (
    DELETE FROM customer_score
    WHERE tenant_id = %(tenant_id)s
        AND customer_id = %(from)s
        AND run_id = (SELECT run_id FROM score_current WHERE tenant_id = %(tenant_id)s)
    RETURNING *
),
listed AS (
    SELECT analysis, class, run_id, array_position(customer_ids, %(from)s::bigint) AS place
    FROM score_listing
    WHERE tenant_id = %(tenant_id)s
),
unlisted AS (
    UPDATE score_listing
    SET customer_ids = array_remove(customer_ids, %(from)s::bigint)
    FROM listed
    WHERE score_listing.tenant_id = %(tenant_id)s
        AND score_listing.analysis = listed.analysis
        AND score_listing.class = listed.class
        AND listed.place IS NOT NULL
),
counted AS (
    UPDATE segment
    SET member_count = member_count - 1
    FROM gone
    WHERE segment.tenant_id = %(tenant_id)s
        AND segment.builtin IN (
            'rfm_segment:' || gone.segment, 'clv_tier:' || gone.clv_tier, 'churn_risk:' || gone.churn_risk
        )
),
noted AS (
    UPDATE customer_merge
    SET moved = moved || jsonb_build_object(
        'score', (SELECT to_jsonb(gone) FROM gone),
        'listed', (SELECT coalesce(jsonb_agg(to_jsonb(listed)), '[]') FROM listed WHERE place IS NOT NULL)
    )
    WHERE tenant_id = %(tenant_id)s AND from_id = %(from)s AND undone_at IS NULL
)
SELECT segment, clv_tier, churn_risk FROM gone
