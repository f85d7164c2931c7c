-- Who the customers are that the file names: of several with the same e-mail the first that came in, of one who was
-- merged who has what was theirs.
INSERT INTO import_member (line, customer_id)
SELECT line, min(id)
FROM (
    SELECT import_row.line, customer.id
    FROM import_row
    JOIN customer ON customer.tenant_id = %(tenant_id)s AND customer.id = import_row.number
    UNION ALL
    SELECT import_row.line, customer.id
    FROM import_row
    JOIN customer ON customer.tenant_id = %(tenant_id)s AND customer.external_id = import_row.external_id
    UNION ALL
    SELECT import_row.line, customer.id
    FROM import_row
    JOIN customer ON customer.tenant_id = %(tenant_id)s AND customer.email_norm = lower(btrim(import_row.email))
    UNION ALL
    SELECT import_row.line, merged.survivor_id
    FROM import_row
    JOIN customer_merge AS merged
        ON merged.tenant_id = %(tenant_id)s AND merged.from_id = import_row.number AND merged.undone_at IS NULL
    UNION ALL
    SELECT import_row.line, merged.survivor_id
    FROM import_row
    JOIN customer_merge AS merged
        ON merged.tenant_id = %(tenant_id)s
        AND merged.external_id = import_row.external_id
        AND merged.undone_at IS NULL
    UNION ALL
    SELECT import_row.line, merged.survivor_id
    FROM import_row
    JOIN customer_merge AS merged
        ON merged.tenant_id = %(tenant_id)s
        AND merged.email_norm = lower(btrim(import_row.email))
        AND merged.undone_at IS NULL
    WHERE NOT EXISTS (
        SELECT
        FROM customer
        WHERE customer.tenant_id = %(tenant_id)s AND customer.email_norm = merged.email_norm
    )
) AS named
GROUP BY line
