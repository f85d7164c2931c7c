-- Who had been merged into a customer, directly or by way of others, leads to them again. The customers' numbers.
WITH RECURSIVE chain AS (
    SELECT id, from_id
    FROM customer_merge
    WHERE tenant_id = %(tenant_id)s AND into_id = %(from)s AND undone_at IS NULL
    UNION ALL
    SELECT earlier.id, earlier.from_id
    FROM chain
    JOIN customer_merge AS earlier
        ON earlier.tenant_id = %(tenant_id)s AND earlier.into_id = chain.from_id AND earlier.undone_at IS NULL
)
UPDATE customer_merge
SET survivor_id = %(from)s
FROM chain
WHERE customer_merge.tenant_id = %(tenant_id)s AND customer_merge.id = chain.id
RETURNING customer_merge.from_id
