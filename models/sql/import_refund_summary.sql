-- The file's refunds by how they are linked.
SELECT
    count(*) FILTER (WHERE refund.linked_by = 'reference'),
    count(*) FILTER (WHERE refund.linked_by = 'amount'),
    count(*) FILTER (WHERE refund.linked_by IS NULL)
FROM import_group
JOIN refund ON refund.tenant_id = %(tenant_id)s AND refund.external_id = import_group.external_id
WHERE problem IS NULL AND given IS NOT NULL
