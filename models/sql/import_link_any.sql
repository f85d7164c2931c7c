-- Whether the tenant has any refund.
SELECT EXISTS (SELECT FROM refund WHERE tenant_id = %(tenant_id)s)
