-- Customers whom the orders name and the tenant does not know yet.
INSERT INTO customer (tenant_id, external_id)
SELECT %(tenant_id)s, external_id
FROM import_customer
WHERE NOT EXISTS (
    SELECT
    FROM customer
    WHERE customer.tenant_id = %(tenant_id)s AND customer.external_id = import_customer.external_id
)
ORDER BY line
ON CONFLICT DO NOTHING
