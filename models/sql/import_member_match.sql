-- Who the customers are that the file names: of several with the same e-mail the first that came in.
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
) AS named
GROUP BY line
