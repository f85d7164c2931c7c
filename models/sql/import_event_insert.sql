-- A slice of the new events, by pages of the table they wait in. Of one that the file has twice the first stays.
INSERT INTO event (tenant_id, occurred_at, message_id, customer_id, event_type, properties)
SELECT %(tenant_id)s, occurred_at, message_id, customer_id, event_type, properties
FROM import_event
WHERE ctid >= %(first)s::tid AND ctid < %(end)s::tid
ON CONFLICT DO NOTHING
