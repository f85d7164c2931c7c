-- In stored answers put a result that tells nothing in the place of each that tells of a customer by any of the marks;
-- those of others stay, and are told again.
UPDATE idempotency_key
SET response = cleared.response
FROM (
    SELECT
        stored.key,
        jsonb_agg(
            CASE
                WHEN NOT marked.is_theirs THEN each.result
                WHEN stored.operation LIKE '%%events%%' THEN %(erased_event)s
                ELSE %(erased_record)s
            END
            ORDER BY each.place
        ) AS response,
        bool_or(marked.is_theirs) AS is_theirs
    FROM idempotency_key AS stored
    CROSS JOIN LATERAL jsonb_array_elements(
        CASE jsonb_typeof(stored.response) WHEN 'array' THEN stored.response ELSE jsonb_build_array(stored.response) END
    ) WITH ORDINALITY AS each (result, place)
    CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT FROM unnest(%(marks)s::text[]) AS mark WHERE position(lower(mark) IN lower(result::text)) > 0
        ) AS is_theirs
    ) AS marked
    WHERE stored.tenant_id = %(tenant_id)s
    GROUP BY stored.key
) AS cleared
WHERE idempotency_key.tenant_id = %(tenant_id)s AND idempotency_key.key = cleared.key AND cleared.is_theirs
