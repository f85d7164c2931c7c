-- What a customer has agreed to, by channel.
SELECT to_jsonb(told)::text
FROM (
    SELECT channel, is_granted, source, recorded_at
    FROM customer_consent
    WHERE tenant_id = %(tenant_id)s AND customer_id = %(customer)s
    ORDER BY channel
) AS told
