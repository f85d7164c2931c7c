-- Move the refunds of a customer to another; the merge's record says which.
WITH moved AS (
    UPDATE refund
    SET customer_id = %(into)s
    WHERE tenant_id = %(tenant_id)s AND customer_id = %(from)s
    RETURNING id
)
UPDATE customer_merge
SET moved = moved || jsonb_build_object('refunds', (SELECT coalesce(jsonb_agg(id ORDER BY id), '[]') FROM moved)), refunds = (SELECT count(*) FROM moved)
WHERE tenant_id = %(tenant_id)s AND id = %(merge)s
