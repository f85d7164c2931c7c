-- What customers of a list have agreed to. What is older than what is known is passed over; one without an instant is
-- of now, and says nothing new where it says the same. Whose consents are others now, by external id.
WITH told AS (
    SELECT customer.id AS customer_id, customer.external_id, given.*
    FROM jsonb_to_recordset(%(consents)s) AS given (
        "of" text, channel text, is_granted boolean, source text, recorded_at timestamptz
    )
    JOIN customer ON customer.tenant_id = %(tenant_id)s AND customer.external_id = given."of"
),
stored AS (
    INSERT INTO customer_consent (tenant_id, customer_id, channel, is_granted, source, recorded_at)
    SELECT
        %(tenant_id)s,
        told.customer_id,
        told.channel,
        told.is_granted,
        told.source,
        coalesce(told.recorded_at, now())
    FROM told
    LEFT JOIN customer_consent AS known
        ON known.tenant_id = %(tenant_id)s
        AND known.customer_id = told.customer_id
        AND known.channel = told.channel
    WHERE known.customer_id IS NULL
        OR told.recorded_at > known.recorded_at
        OR (
            coalesce(told.recorded_at, now()) >= known.recorded_at
            AND (told.is_granted, coalesce(told.source, known.source))
                IS DISTINCT FROM (known.is_granted, known.source)
        )
    ORDER BY told.customer_id, told.channel
    ON CONFLICT (tenant_id, customer_id, channel) DO UPDATE
    SET is_granted = excluded.is_granted, source = excluded.source, recorded_at = excluded.recorded_at
    RETURNING customer_id
)
SELECT DISTINCT external_id FROM stored JOIN told USING (customer_id)
