-- Have rows that name merged customers be of the survivors: cells that these have already are left out, so that such a
-- row fills in and changes nothing. Its line is far before all others, so that the survivor's own rows win.
UPDATE import_row
SET external_id = survivor.external_id,
    line = line - 9007199254740992,
    email = CASE WHEN survivor.email IS NULL THEN import_row.email END,
    first_name = CASE WHEN survivor.first_name IS NULL THEN import_row.first_name END,
    last_name = CASE WHEN survivor.last_name IS NULL THEN import_row.last_name END,
    phone = CASE WHEN survivor.phone IS NULL THEN import_row.phone END,
    created_at = CASE WHEN survivor.created_at IS NULL THEN import_row.created_at END,
    created_local = CASE WHEN survivor.created_at IS NULL THEN created_local END,
    attributes = (
        SELECT jsonb_object_agg(each.key, each.value)
        FROM jsonb_each(import_row.attributes) AS each
        WHERE NOT survivor.attributes ? each.key
    )
FROM customer_merge AS merged
JOIN customer AS survivor ON survivor.tenant_id = %(tenant_id)s AND survivor.id = merged.survivor_id
WHERE merged.tenant_id = %(tenant_id)s
    AND merged.undone_at IS NULL
    AND merged.external_id = import_row.external_id
