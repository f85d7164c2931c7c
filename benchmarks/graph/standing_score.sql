-- What a user of PostGraphile would add to the tables: the standing score of each customer, as a relation.
CREATE VIEW standing_score WITH (security_invoker = true) AS
SELECT score.*
FROM customer_score AS score
JOIN score_current AS standing ON standing.tenant_id = score.tenant_id AND standing.run_id = score.run_id;
GRANT SELECT ON standing_score TO cdp_app;
COMMENT ON VIEW standing_score IS
    E'@primaryKey tenant_id,customer_id\n@foreignKey (tenant_id, customer_id) references customer (tenant_id, id)';
