-- The purchases among the new events that tell of an order, by time. Of one that the file
-- has twice the first stays.
SELECT DISTINCT ON (occurred_at, message_id) message_id, occurred_at, customer_id, properties::text
FROM import_event
WHERE event_type = 'purchase'
    AND properties ->> 'order_id' IS NOT NULL
    AND properties ->> 'amount' IS NOT NULL
ORDER BY occurred_at, message_id, ctid
