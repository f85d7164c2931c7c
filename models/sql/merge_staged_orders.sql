-- Have orders and refunds that name merged customers be of the survivors.
UPDATE import_group
SET customer = survivor.external_id
FROM customer_merge AS merged
JOIN customer AS survivor ON survivor.tenant_id = %(tenant_id)s AND survivor.id = merged.survivor_id
WHERE merged.tenant_id = %(tenant_id)s
    AND merged.undone_at IS NULL
    AND merged.external_id = import_group.customer
