-- Give a customer what the merge's record says that they take from the one who goes.
UPDATE customer
SET email = coalesce(email, filled ->> 'email'),
    first_name = coalesce(first_name, filled ->> 'first_name'),
    last_name = coalesce(last_name, filled ->> 'last_name'),
    phone = coalesce(phone, filled ->> 'phone'),
    created_at = coalesce(created_at, (filled ->> 'created_at')::timestamptz),
    attributes = attributes || (filled -> 'attributes')
FROM customer_merge
WHERE customer_merge.tenant_id = %(tenant_id)s
    AND customer_merge.id = %(merge)s
    AND customer.tenant_id = %(tenant_id)s
    AND customer.id = customer_merge.into_id
    AND filled <> '{"attributes": {}}'
