-- Who was merged into a customer before, directly or by way of others, leads to another from now on.
UPDATE customer_merge
SET survivor_id = %(into)s
WHERE tenant_id = %(tenant_id)s AND survivor_id = %(from)s AND undone_at IS NULL
