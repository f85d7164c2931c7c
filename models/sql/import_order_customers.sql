-- A slice of the customers whom the file names, by pages of the table they wait in: those the tenant does not
-- know yet, neither as they are called nor as one was who was merged.
INSERT INTO customer (tenant_id, external_id)
SELECT %(tenant_id)s, external_id
FROM import_customer
WHERE ctid >= %(first)s::tid
    AND ctid < %(end)s::tid
    AND NOT EXISTS (
        SELECT
        FROM customer
        WHERE customer.tenant_id = %(tenant_id)s AND customer.external_id = import_customer.external_id
    )
    AND NOT EXISTS (
        SELECT
        FROM customer_merge AS merged
        WHERE merged.tenant_id = %(tenant_id)s
            AND merged.external_id = import_customer.external_id
            AND merged.undone_at IS NULL
    )
ON CONFLICT DO NOTHING
