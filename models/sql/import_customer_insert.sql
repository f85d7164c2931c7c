-- A slice of the new customers, by pages of the table they wait in.
INSERT INTO customer (tenant_id, external_id, email, first_name, last_name, phone, created_at, attributes)
SELECT %(tenant_id)s, external_id, email, first_name, last_name, phone, created_at, attributes
FROM import_person
WHERE id IS NULL AND ctid >= %(first)s::tid AND ctid < %(end)s::tid
