-- Take customers out of a static segment whose row is locked. One row for each customer that the tenant
-- has: whether it was removed.
WITH found AS (
    SELECT id FROM customer WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s)
),
moved AS (
    DELETE FROM segment_member
    WHERE tenant_id = %(tenant_id)s AND segment_id = %(segment)s AND customer_id = ANY (%(ids)s)
    RETURNING customer_id
),
counted AS (
    UPDATE segment
    SET member_count = member_count - (SELECT count(*) FROM moved), refreshed_at = clock_timestamp()
    WHERE tenant_id = %(tenant_id)s AND id = %(segment)s
)
SELECT found.id, moved.customer_id IS NOT NULL FROM found LEFT JOIN moved ON moved.customer_id = found.id
