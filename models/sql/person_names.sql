-- What stored answers may name a customer by beside their own id: their orders, refunds and latest events. Answers
-- are kept for two days.
SELECT external_id FROM customer_order WHERE tenant_id = %(tenant_id)s AND customer_id = %(customer)s
UNION
SELECT external_id FROM refund WHERE tenant_id = %(tenant_id)s AND customer_id = %(customer)s
UNION
SELECT message_id
FROM event
WHERE tenant_id = %(tenant_id)s AND customer_id = %(customer)s AND received_at > now() - interval '3 days'
