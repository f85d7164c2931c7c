-- How many of those who meet criteria, {met}, are in each segment, most first. Members of built-in segments are those
-- whose standing scores say so.
WITH met (id) AS MATERIALIZED ({met}),
classed AS MATERIALIZED (
    SELECT score.segment, score.clv_tier, score.churn_risk, count(*) AS customers
    FROM met
    JOIN customer_score AS score ON score.tenant_id = %(tenant_id)s AND score.customer_id = met.id
    WHERE score.run_id = (SELECT run_id FROM score_current WHERE tenant_id = %(tenant_id)s)
    GROUP BY 1, 2, 3
),
counted (segment_id, builtin, customers) AS (
    SELECT member.segment_id, NULL::text, count(*)
    FROM met
    JOIN segment_member AS member ON member.tenant_id = %(tenant_id)s AND member.customer_id = met.id
    GROUP BY 1
    UNION ALL
    SELECT NULL, class.builtin, sum(classed.customers)::bigint
    FROM classed
    CROSS JOIN LATERAL (
        VALUES
            ('rfm_segment:' || classed.segment),
            ('clv_tier:' || classed.clv_tier),
            ('churn_risk:' || classed.churn_risk)
    ) AS class (builtin)
    WHERE class.builtin IS NOT NULL
    GROUP BY 2
)
SELECT counted.customers, {columns}
FROM counted
JOIN segment
    ON segment.tenant_id = %(tenant_id)s AND (segment.id = counted.segment_id OR segment.builtin = counted.builtin)
ORDER BY counted.customers DESC, segment.id
