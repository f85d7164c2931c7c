-- Take away who a customer is; the row stays for what they bought.
UPDATE customer
SET external_id = %(name)s,
    email = NULL,
    first_name = NULL,
    last_name = NULL,
    phone = NULL,
    created_at = NULL,
    attributes = '{}',
    erased_at = now()
WHERE tenant_id = %(tenant_id)s AND id = %(id)s
RETURNING erased_at
