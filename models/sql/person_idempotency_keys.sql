-- Of stored answers the results that tell of a customer by any of the marks, and no others', oldest first.
SELECT to_jsonb(told)::text
FROM (
    SELECT stored.key, stored.operation, stored.created_at, own.results
    FROM idempotency_key AS stored
    CROSS JOIN LATERAL (
        SELECT jsonb_agg(result ORDER BY place) AS results
        FROM jsonb_array_elements(
            CASE jsonb_typeof(stored.response) WHEN 'array' THEN stored.response ELSE jsonb_build_array(stored.response) END
        ) WITH ORDINALITY AS each (result, place)
        WHERE EXISTS (
            SELECT FROM unnest(%(marks)s::text[]) AS mark WHERE position(lower(mark) IN lower(result::text)) > 0
        )
    ) AS own
    WHERE stored.tenant_id = %(tenant_id)s AND own.results IS NOT NULL
    ORDER BY stored.created_at, stored.key
) AS told
