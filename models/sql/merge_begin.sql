-- Begin the record of a merge: who was merged into whom, the row of the one who goes, and what of it the other takes:
-- fields and attributes that it does not have itself. The record's number.
INSERT INTO customer_merge (
    tenant_id, from_id, into_id, survivor_id, external_id, email_norm, origin, merged_by, reason, merged_at, person,
    filled, moved
)
SELECT
    %(tenant_id)s,
    gone.id,
    kept.id,
    kept.id,
    gone.external_id,
    gone.email_norm,
    %(origin)s,
    %(by)s,
    %(reason)s,
    clock_timestamp(),
    to_jsonb(gone) - ARRAY['email_norm', 'name_norm', 'last_name_norm', 'phone_norm'],
    jsonb_strip_nulls(
        jsonb_build_object(
            'email', CASE WHEN kept.email IS NULL THEN gone.email END,
            'first_name', CASE WHEN kept.first_name IS NULL THEN gone.first_name END,
            'last_name', CASE WHEN kept.last_name IS NULL THEN gone.last_name END,
            'phone', CASE WHEN kept.phone IS NULL THEN gone.phone END,
            'created_at', CASE WHEN kept.created_at IS NULL THEN gone.created_at END
        )
    ) || jsonb_build_object(
        'attributes',
        (
            SELECT coalesce(jsonb_object_agg(each.key, each.value), '{}')
            FROM jsonb_each(gone.attributes) AS each
            WHERE NOT kept.attributes ? each.key
        )
    ),
    '{}'
FROM customer AS gone
JOIN customer AS kept ON kept.tenant_id = %(tenant_id)s AND kept.id = %(into)s
WHERE gone.tenant_id = %(tenant_id)s AND gone.id = %(from)s
RETURNING id
