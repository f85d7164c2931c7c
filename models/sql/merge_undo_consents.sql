-- Give a customer their consents back, and the other the ones that gave way, where what was taken is still as it was.
WITH told AS (
    SELECT customer_merge.moved
    FROM customer_merge
    WHERE tenant_id = %(tenant_id)s AND id = %(merge)s
),
gone AS (
    SELECT given.*
    FROM told
    CROSS JOIN LATERAL jsonb_to_recordset(told.moved -> 'consents') AS given (
        channel text, is_granted boolean, source text, recorded_at timestamptz
    )
),
same AS (
    SELECT gone.channel
    FROM gone
    CROSS JOIN told
    JOIN customer_consent AS held
        ON held.tenant_id = %(tenant_id)s AND held.customer_id = %(into)s AND held.channel = gone.channel
    WHERE told.moved -> 'taken_consents' ? gone.channel
        AND (held.is_granted, held.source, held.recorded_at)
            IS NOT DISTINCT FROM (gone.is_granted, gone.source, gone.recorded_at)
),
before AS (
    SELECT given.*
    FROM told
    CROSS JOIN LATERAL jsonb_to_recordset(told.moved -> 'given_way_consents') AS given (
        channel text, is_granted boolean, source text, recorded_at timestamptz
    )
),
restored AS (
    UPDATE customer_consent
    SET is_granted = before.is_granted, source = before.source, recorded_at = before.recorded_at
    FROM before
    WHERE customer_consent.tenant_id = %(tenant_id)s
        AND customer_consent.customer_id = %(into)s
        AND customer_consent.channel = before.channel
        AND before.channel IN (SELECT channel FROM same)
),
removed AS (
    DELETE FROM customer_consent
    WHERE tenant_id = %(tenant_id)s
        AND customer_id = %(into)s
        AND channel IN (SELECT channel FROM same)
        AND channel NOT IN (SELECT channel FROM before)
)
INSERT INTO customer_consent (tenant_id, customer_id, channel, is_granted, source, recorded_at)
SELECT %(tenant_id)s, %(from)s, channel, is_granted, source, recorded_at FROM gone
