-- The rows that go with a row or order that was refused: line, order number, what was wrong.
SELECT import_row.line, import_row.order_id, import_group.problem
FROM import_row
JOIN import_group ON import_group.external_id = import_row.order_id
WHERE import_group.problem IS NOT NULL AND NOT import_row.bad
ORDER BY import_row.line
