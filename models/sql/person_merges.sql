-- Who was merged into a customer, with all that is kept of them, by when.
SELECT to_jsonb(told)::text
FROM (
    SELECT id, from_id, into_id, external_id, email_norm, origin, merged_by, reason, merged_at, person, filled, moved
    FROM customer_merge
    WHERE tenant_id = %(tenant_id)s AND survivor_id = %(customer)s AND undone_at IS NULL
    ORDER BY merged_at, id
) AS told
