-- The customers that differ.
UPDATE customer
SET email = import_person.email,
    first_name = import_person.first_name,
    last_name = import_person.last_name,
    phone = import_person.phone,
    created_at = import_person.created_at,
    attributes = import_person.attributes
FROM import_person
WHERE customer.tenant_id = %(tenant_id)s AND customer.id = import_person.id AND import_person.changed
