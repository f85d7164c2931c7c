-- Have the profiles elsewhere of a customer be another's; the merge's record says which.
WITH moved AS (
    UPDATE integration_profile
    SET buyer = (SELECT external_id FROM customer WHERE tenant_id = %(tenant_id)s AND id = %(into)s)
    WHERE tenant_id = %(tenant_id)s
        AND buyer = (SELECT external_id FROM customer WHERE tenant_id = %(tenant_id)s AND id = %(from)s)
    RETURNING profile
)
UPDATE customer_merge
SET moved = moved || jsonb_build_object('profiles', (SELECT coalesce(jsonb_agg(profile ORDER BY profile), '[]') FROM moved))
WHERE tenant_id = %(tenant_id)s AND id = %(merge)s
