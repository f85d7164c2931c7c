-- That orders were seen, and as what.
INSERT INTO integration_order (
    tenant_id, external_id, account_name, number, integration_id, status, buyer, created_at, changed_at
)
SELECT
    %(tenant_id)s, external_id, %(account)s, number, %(integration)s, source_status, buyer, placed_at, changed_at
FROM jsonb_to_recordset(%(orders)s) AS told (
    external_id text,
    number text,
    source_status text,
    buyer text,
    placed_at timestamptz,
    changed_at timestamptz
)
ORDER BY external_id
ON CONFLICT (tenant_id, external_id) DO UPDATE
SET account_name = excluded.account_name,
    number = excluded.number,
    integration_id = excluded.integration_id,
    status = excluded.status,
    buyer = excluded.buyer,
    created_at = excluded.created_at,
    changed_at = excluded.changed_at,
    seen_at = now(),
    looked_at = now()
