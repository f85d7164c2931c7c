-- Give a customer the events back that a merge moved: theirs, and those of who had been merged into them before.
UPDATE event
SET customer_id = %(from)s, merged_from = nullif(merged_from, %(from)s)
WHERE tenant_id = %(tenant_id)s AND customer_id = %(into)s AND merged_from = ANY (%(through)s::bigint[])
