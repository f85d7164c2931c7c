-- The customers whom the events name, once each, in the file's order.
INSERT INTO import_customer (external_id, line)
SELECT customer, min(line)
FROM import_row
WHERE customer IS NOT NULL
GROUP BY customer
ORDER BY min(line)
