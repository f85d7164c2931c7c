-- Keep digests of what a customer, those who were merged into them, and their orders and refunds are known by, and of
-- what they are known by from now on. An e-mail that another customer has too is theirs, and not kept.
INSERT INTO erased_identifier (tenant_id, kind, digest)
SELECT DISTINCT %(tenant_id)s::bigint, kind, sha256(%(outer)s::bytea || sha256(%(inner)s::bytea || convert_to(kind || ':' || value, 'UTF8')))
FROM (
    SELECT 'customer' AS kind, external_id AS value
    FROM customer
    WHERE tenant_id = %(tenant_id)s AND id = %(id)s
    UNION ALL
    SELECT 'customer', %(name)s
    UNION ALL
    SELECT 'profile', profile
    FROM integration_profile
    WHERE tenant_id = %(tenant_id)s
        AND buyer = (SELECT external_id FROM customer WHERE tenant_id = %(tenant_id)s AND id = %(id)s)
    UNION ALL
    SELECT 'customer', external_id
    FROM customer_merge
    WHERE tenant_id = %(tenant_id)s AND survivor_id = %(id)s AND undone_at IS NULL AND external_id IS NOT NULL
    UNION ALL
    SELECT 'email', email_norm
    FROM (
        SELECT email_norm FROM customer WHERE tenant_id = %(tenant_id)s AND id = %(id)s
        UNION
        SELECT email_norm
        FROM customer_merge
        WHERE tenant_id = %(tenant_id)s AND survivor_id = %(id)s AND undone_at IS NULL
    ) AS own
    WHERE email_norm IS NOT NULL
        AND NOT EXISTS (
            SELECT
            FROM customer AS other
            WHERE other.tenant_id = %(tenant_id)s AND other.email_norm = own.email_norm AND other.id <> %(id)s
        )
    UNION ALL
    SELECT 'order', external_id
    FROM customer_order
    WHERE tenant_id = %(tenant_id)s AND customer_id = %(id)s
    UNION ALL
    SELECT 'order', external_id
    FROM refund
    WHERE tenant_id = %(tenant_id)s AND customer_id = %(id)s
) AS known
ON CONFLICT DO NOTHING
