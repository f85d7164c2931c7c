-- Forget that a customer's orders were fetched, or could not be, and those of who was merged into them.
WITH gone AS (
    DELETE FROM integration_order
    WHERE tenant_id = %(tenant_id)s
        AND (
            external_id = ANY (%(names)s)
            OR buyer IN (
                SELECT external_id FROM customer WHERE tenant_id = %(tenant_id)s AND id = %(id)s
                UNION ALL
                SELECT external_id
                FROM customer_merge
                WHERE tenant_id = %(tenant_id)s AND survivor_id = %(id)s AND undone_at IS NULL
            )
        )
    RETURNING account_name, number
)
DELETE FROM integration_unreadable AS unread
USING gone, integration
WHERE unread.tenant_id = %(tenant_id)s
    AND unread.number = gone.number
    AND integration.tenant_id = %(tenant_id)s
    AND integration.id = unread.integration_id
    AND integration.account_name = gone.account_name
