-- A customer's events, oldest first.
SELECT to_jsonb(told)::text
FROM (
    SELECT occurred_at, message_id, event_type, properties, received_at
    FROM event
    WHERE tenant_id = %(tenant_id)s AND customer_id = %(customer)s
    ORDER BY occurred_at, message_id
) AS told
