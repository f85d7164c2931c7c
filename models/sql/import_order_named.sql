-- The customers whom the orders name, once each, in the file's order.
INSERT INTO import_customer (external_id, line)
SELECT customer, min(import_group.line)
FROM import_group
WHERE problem IS NULL AND customer IS NOT NULL
GROUP BY customer
ORDER BY min(import_group.line)
