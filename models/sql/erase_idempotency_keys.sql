-- Remove stored answers that tell of a customer by any of the marks.
DELETE FROM idempotency_key
WHERE tenant_id = %(tenant_id)s
    AND EXISTS (
        SELECT FROM unnest(%(marks)s::text[]) AS mark WHERE position(lower(mark) IN lower(response::text)) > 0
    )
