-- The events that the tenant does not have yet, in the file's order. One without an id of its own gets one made of
-- customer, UTC time, type and which of these it is, as in 17850@2024-01-31T18:05:09.000000/page_view#1.
INSERT INTO import_event (message_id, customer_id, event_type, occurred_at, properties)
SELECT message_id, customer_id, event_type, occurred_at, properties
FROM (
    SELECT
        named.line,
        named.message_id,
        coalesce(customer.id, merged.survivor_id) AS customer_id,
        named.event_type,
        named.occurred_at,
        named.properties
    FROM (
        SELECT
            line,
            customer,
            event_type,
            at AS occurred_at,
            properties,
            coalesce(
                message_id,
                concat(
                    customer,
                    '@',
                    to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
                    '/',
                    event_type,
                    '#',
                    row_number() OVER (PARTITION BY message_id, customer, at, event_type ORDER BY line)
                )
            ) AS message_id
        FROM (
            SELECT import_row.*, coalesce(occurred_at, occurred_local AT TIME ZONE time_zone) AS at
            FROM import_row
            JOIN tenant ON tenant.id = %(tenant_id)s
        ) AS dated
    ) AS named
    LEFT JOIN customer
        ON customer.tenant_id = %(tenant_id)s AND customer.external_id = named.customer
    LEFT JOIN customer_merge AS merged
        ON merged.tenant_id = %(tenant_id)s
        AND merged.external_id = named.customer
        AND merged.undone_at IS NULL
) AS told
WHERE NOT EXISTS (
    SELECT
    FROM event
    WHERE event.tenant_id = %(tenant_id)s
        AND event.occurred_at = told.occurred_at
        AND event.message_id = told.message_id
)
ORDER BY line
