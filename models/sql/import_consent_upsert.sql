-- What customers have agreed to. What is older than what is known is passed over; one without an instant is
-- of now, and says nothing new where it says the same. Whose consents are others now has changed.
WITH told AS (
    SELECT DISTINCT ON (customer.id, given.channel)
        customer.id AS customer_id,
        customer.external_id,
        given.channel,
        given.is_granted,
        given.source,
        given.recorded_at
    FROM import_consent AS given
    JOIN customer ON customer.tenant_id = %(tenant_id)s AND customer.external_id = given.external_id
    ORDER BY customer.id, given.channel, coalesce(given.recorded_at, now()) DESC, given.is_granted
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
UPDATE import_person
SET changed = true
FROM stored
JOIN told ON told.customer_id = stored.customer_id
WHERE import_person.external_id = told.external_id AND NOT import_person.changed
