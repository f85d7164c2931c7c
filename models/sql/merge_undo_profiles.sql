-- Give a customer the profiles elsewhere back that a merge moved.
UPDATE integration_profile
SET buyer = %(from_name)s
WHERE tenant_id = %(tenant_id)s
    AND buyer = %(into_name)s
    AND profile IN (
        SELECT value
        FROM customer_merge
        CROSS JOIN LATERAL jsonb_array_elements_text(moved -> 'profiles') AS told (value)
        WHERE tenant_id = %(tenant_id)s AND customer_merge.id = %(merge)s
    )
