-- The links that are not as they were.
UPDATE refund
SET order_id = import_link.order_id, linked_by = import_link.linked_by
FROM import_link
WHERE refund.tenant_id = %(tenant_id)s
    AND refund.id = import_link.refund_id
    AND (refund.order_id, refund.linked_by) IS DISTINCT FROM (import_link.order_id, import_link.linked_by)
