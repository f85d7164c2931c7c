-- The rows that name nobody of the tenant's.
SELECT line, coalesce(number::text, external_id, email)
FROM import_row
WHERE NOT EXISTS (SELECT FROM import_member WHERE import_member.line = import_row.line)
ORDER BY line
