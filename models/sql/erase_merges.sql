-- Forget who was merged into a customer, but for numbers and days; and why merges of theirs were undone.
UPDATE customer_merge
SET external_id = NULL,
    email_norm = NULL,
    reason = NULL,
    person = NULL,
    filled = NULL,
    moved = NULL,
    erased_at = coalesce(erased_at, now())
WHERE tenant_id = %(tenant_id)s AND survivor_id = %(id)s AND undone_at IS NULL
