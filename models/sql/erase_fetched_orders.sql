-- Forget that a customer's orders were fetched, or could not be.
WITH gone AS (
    DELETE FROM integration_order
    WHERE tenant_id = %(tenant_id)s
        AND (
            external_id = ANY (%(names)s)
            OR buyer = (SELECT external_id FROM customer WHERE tenant_id = %(tenant_id)s AND id = %(id)s)
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
