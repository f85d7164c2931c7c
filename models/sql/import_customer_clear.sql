-- What a caller takes away from customers, by their fields' names and by those of attributes.
UPDATE import_person
SET email = bare.email,
    first_name = bare.first_name,
    last_name = bare.last_name,
    phone = bare.phone,
    created_at = bare.created_at,
    attributes = bare.attributes,
    changed = changed OR (
        import_person.email,
        import_person.first_name,
        import_person.last_name,
        import_person.phone,
        import_person.created_at,
        import_person.attributes
    ) IS DISTINCT FROM (
        bare.email, bare.first_name, bare.last_name, bare.phone, bare.created_at, bare.attributes
    )
FROM (
    SELECT
        person.external_id,
        CASE WHEN 'email' <> ALL (cleared) THEN email END AS email,
        CASE WHEN 'first_name' <> ALL (cleared) THEN first_name END AS first_name,
        CASE WHEN 'last_name' <> ALL (cleared) THEN last_name END AS last_name,
        CASE WHEN 'phone' <> ALL (cleared) THEN phone END AS phone,
        CASE WHEN 'created_at' <> ALL (cleared) THEN created_at END AS created_at,
        CASE WHEN 'attributes' = ANY (cleared) THEN '{}' ELSE attributes - removed END AS attributes
    FROM import_person AS person
    JOIN jsonb_to_recordset(%(rows)s) AS told (external_id text, cleared text[], removed text[])
        ON told.external_id = person.external_id
) AS bare
WHERE import_person.external_id = bare.external_id
