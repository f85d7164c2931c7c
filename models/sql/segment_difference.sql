-- Who comes into a segment and who leaves it: {wanted} stands for the ids of those who meet its criteria.
-- EXCEPT hashes or sorts whatever the planner believes of the sizes; a join could be of each with each.
wanted AS MATERIALIZED ({wanted}),
held AS MATERIALIZED (
    SELECT customer_id FROM segment_member WHERE tenant_id = %(tenant_id)s AND segment_id = %(segment)s
),
fresh (id) AS MATERIALIZED (SELECT id FROM wanted EXCEPT SELECT customer_id FROM held),
lost (id) AS MATERIALIZED (SELECT customer_id FROM held EXCEPT SELECT id FROM wanted),
total (members) AS (SELECT count(*) FROM wanted)
