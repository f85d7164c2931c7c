-- Write that a merge is undone, and forget what it kept of the person.
UPDATE customer_merge
SET undone_at = clock_timestamp(),
    external_id = NULL,
    email_norm = NULL,
    reason = NULL,
    person = NULL,
    filled = NULL,
    moved = NULL
WHERE tenant_id = %(tenant_id)s AND id = %(merge)s
