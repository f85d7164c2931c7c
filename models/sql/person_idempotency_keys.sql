-- Stored answers that tell of a customer by any of the marks, oldest first.
SELECT to_jsonb(told)::text
FROM (
    SELECT key, operation, response, created_at
    FROM idempotency_key
    WHERE tenant_id = %(tenant_id)s
        AND EXISTS (
            SELECT FROM unnest(%(marks)s::text[]) AS mark WHERE position(lower(mark) IN lower(response::text)) > 0
        )
    ORDER BY created_at, key
) AS told
