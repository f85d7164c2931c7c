-- The shop's own segments that a customer is in.
SELECT to_jsonb(told)::text
FROM (
    SELECT segment.id, name, type, added_at
    FROM segment_member AS member
    JOIN segment ON segment.tenant_id = %(tenant_id)s AND segment.id = member.segment_id
    WHERE member.tenant_id = %(tenant_id)s AND member.customer_id = %(customer)s
    ORDER BY segment.id
) AS told
