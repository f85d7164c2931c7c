-- Give a customer the refunds back that a merge moved and that are still of the other.
UPDATE refund
SET customer_id = %(from)s
WHERE tenant_id = %(tenant_id)s
    AND customer_id = %(into)s
    AND id IN (
        SELECT value::bigint
        FROM customer_merge
        CROSS JOIN LATERAL jsonb_array_elements_text(moved -> 'refunds') AS told (value)
        WHERE tenant_id = %(tenant_id)s AND customer_merge.id = %(merge)s
    )
