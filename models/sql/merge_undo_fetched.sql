-- Give a customer the orders that syncs keep back that a merge moved.
UPDATE integration_order
SET buyer = %(from_name)s
WHERE tenant_id = %(tenant_id)s
    AND buyer = %(into_name)s
    AND external_id IN (
        SELECT value
        FROM customer_merge
        CROSS JOIN LATERAL jsonb_array_elements_text(moved -> 'fetched') AS told (value)
        WHERE tenant_id = %(tenant_id)s AND customer_merge.id = %(merge)s
    )
