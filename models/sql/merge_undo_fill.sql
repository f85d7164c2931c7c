-- Take from a customer what they took in a merge, where it is still as it was taken.
UPDATE customer
SET email = CASE WHEN email IS DISTINCT FROM filled ->> 'email' THEN email END,
    first_name = CASE WHEN first_name IS DISTINCT FROM filled ->> 'first_name' THEN first_name END,
    last_name = CASE WHEN last_name IS DISTINCT FROM filled ->> 'last_name' THEN last_name END,
    phone = CASE WHEN phone IS DISTINCT FROM filled ->> 'phone' THEN phone END,
    created_at = CASE
        WHEN created_at IS DISTINCT FROM (filled ->> 'created_at')::timestamptz THEN created_at
    END,
    attributes = (
        SELECT coalesce(jsonb_object_agg(each.key, each.value), '{}')
        FROM jsonb_each(attributes) AS each
        WHERE (filled -> 'attributes' -> each.key) IS DISTINCT FROM each.value
    )
FROM customer_merge
WHERE customer_merge.tenant_id = %(tenant_id)s
    AND customer_merge.id = %(merge)s
    AND customer.tenant_id = %(tenant_id)s
    AND customer.id = customer_merge.into_id
    AND filled <> '{"attributes": {}}'
