-- Move the events of a customer to another. Each says whose it was first: a million of them need no list.
WITH moved AS (
    UPDATE event
    SET customer_id = %(into)s, merged_from = coalesce(merged_from, %(from)s)
    WHERE tenant_id = %(tenant_id)s AND customer_id = %(from)s
    RETURNING 1
)
UPDATE customer_merge
SET events = events + (SELECT count(*) FROM moved)
WHERE tenant_id = %(tenant_id)s AND id = %(merge)s
