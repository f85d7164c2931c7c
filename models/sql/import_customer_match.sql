-- One row a customer, the last row that says something winning, over what the tenant knows already: an empty
-- cell erases nothing.
INSERT INTO import_person (
    id, external_id, line, email, first_name, last_name, phone, created_at, attributes, changed
)
SELECT
    id,
    external_id,
    line,
    email,
    first_name,
    last_name,
    phone,
    created_at,
    attributes,
    id IS NULL OR (email, first_name, last_name, phone, created_at, attributes)
        IS DISTINCT FROM (old_email, old_first_name, old_last_name, old_phone, old_created_at, old_attributes)
FROM (
    SELECT
        known.id,
        told.external_id,
        told.line,
        coalesce(told.email, known.email) AS email,
        coalesce(told.first_name, known.first_name) AS first_name,
        coalesce(told.last_name, known.last_name) AS last_name,
        coalesce(told.phone, known.phone) AS phone,
        coalesce(told.created_at, known.created_at) AS created_at,
        coalesce(known.attributes, '{}') || coalesce(told.attributes, '{}') AS attributes,
        known.email AS old_email,
        known.first_name AS old_first_name,
        known.last_name AS old_last_name,
        known.phone AS old_phone,
        known.created_at AS old_created_at,
        known.attributes AS old_attributes
    FROM (
        SELECT
            external_id,
            min(line) AS line,
            (array_agg(email ORDER BY line DESC) FILTER (WHERE email IS NOT NULL))[1] AS email,
            (array_agg(first_name ORDER BY line DESC) FILTER (WHERE first_name IS NOT NULL))[1] AS first_name,
            (array_agg(last_name ORDER BY line DESC) FILTER (WHERE last_name IS NOT NULL))[1] AS last_name,
            (array_agg(phone ORDER BY line DESC) FILTER (WHERE phone IS NOT NULL))[1] AS phone,
            (array_agg(at ORDER BY line DESC) FILTER (WHERE at IS NOT NULL))[1] AS created_at,
            (array_agg(attributes ORDER BY line DESC) FILTER (WHERE attributes IS NOT NULL))[1] AS attributes
        FROM (
            SELECT
                import_row.*,
                coalesce(import_row.created_at, created_local AT TIME ZONE time_zone) AS at
            FROM import_row
            JOIN tenant ON tenant.id = %(tenant_id)s
        ) AS dated
        GROUP BY external_id
    ) AS told
    LEFT JOIN customer AS known
        ON known.tenant_id = %(tenant_id)s AND known.external_id = told.external_id
) AS compared
ORDER BY line
