-- That orders could not be read, and how often they were tried.
INSERT INTO integration_unreadable (tenant_id, integration_id, number, reason)
SELECT %(tenant_id)s, %(integration)s, number, reason
FROM jsonb_to_recordset(%(orders)s) AS told (number text, reason text)
ORDER BY number
ON CONFLICT (tenant_id, integration_id, number) DO UPDATE
SET reason = excluded.reason, looked_at = now(), tries = integration_unreadable.tries + 1
