-- What stored answers may name a customer by beside their own id: their orders, refunds and latest events, and what
-- those were known by who were merged into them. Answers are kept for two days.
SELECT external_id FROM customer_order WHERE tenant_id = %(tenant_id)s AND customer_id = %(customer)s
UNION
SELECT external_id FROM refund WHERE tenant_id = %(tenant_id)s AND customer_id = %(customer)s
UNION
SELECT message_id
FROM event
WHERE tenant_id = %(tenant_id)s AND customer_id = %(customer)s AND received_at > now() - interval '3 days'
UNION
SELECT name
FROM customer_merge
CROSS JOIN LATERAL unnest(ARRAY[external_id, email_norm]) AS name
WHERE tenant_id = %(tenant_id)s AND survivor_id = %(customer)s AND undone_at IS NULL AND name IS NOT NULL
