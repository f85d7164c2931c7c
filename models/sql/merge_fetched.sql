-- Have the orders that syncs keep of a customer be another's; the merge's record says which.
WITH moved AS (
    UPDATE integration_order
    SET buyer = (SELECT external_id FROM customer WHERE tenant_id = %(tenant_id)s AND id = %(into)s)
    WHERE tenant_id = %(tenant_id)s
        AND external_id IN (
            SELECT external_id FROM customer_order WHERE tenant_id = %(tenant_id)s AND customer_id = %(from)s
        )
        AND buyer = (SELECT external_id FROM customer WHERE tenant_id = %(tenant_id)s AND id = %(from)s)
    RETURNING external_id
)
UPDATE customer_merge
SET moved = moved || jsonb_build_object('fetched', (SELECT coalesce(jsonb_agg(external_id ORDER BY external_id), '[]') FROM moved))
WHERE tenant_id = %(tenant_id)s AND id = %(merge)s
