-- Move what a customer has agreed to to another: of each channel the later of two decisions stands, of two at the same
-- instant the one that refuses. The merge's record has those of the one who goes, and those that gave way.
WITH gone AS (
    DELETE FROM customer_consent
    WHERE tenant_id = %(tenant_id)s AND customer_id = %(from)s
    RETURNING channel, is_granted, source, recorded_at
),
kept AS (
    SELECT channel, is_granted, source, recorded_at
    FROM customer_consent
    WHERE tenant_id = %(tenant_id)s AND customer_id = %(into)s
),
taken AS (
    INSERT INTO customer_consent (tenant_id, customer_id, channel, is_granted, source, recorded_at)
    SELECT %(tenant_id)s, %(into)s, channel, is_granted, source, recorded_at FROM gone
    ON CONFLICT (tenant_id, customer_id, channel) DO UPDATE
    SET is_granted = excluded.is_granted, source = excluded.source, recorded_at = excluded.recorded_at
    WHERE excluded.recorded_at > customer_consent.recorded_at
        OR (
            excluded.recorded_at = customer_consent.recorded_at
            AND customer_consent.is_granted
            AND NOT excluded.is_granted
        )
    RETURNING channel
)
UPDATE customer_merge
SET moved = moved || jsonb_build_object(
    'consents', (SELECT coalesce(jsonb_agg(to_jsonb(gone)), '[]') FROM gone),
    'taken_consents', (SELECT coalesce(jsonb_agg(channel), '[]') FROM taken),
    'given_way_consents', (
        SELECT coalesce(jsonb_agg(to_jsonb(kept)), '[]') FROM kept WHERE channel IN (SELECT channel FROM taken)
    )
)
WHERE tenant_id = %(tenant_id)s AND id = %(merge)s
