-- Which customers profiles are. One that is somebody already stays so.
INSERT INTO integration_profile (tenant_id, profile, integration_id, buyer)
SELECT %(tenant_id)s, profile, %(integration)s, buyer
FROM jsonb_to_recordset(%(buyers)s) AS told (profile text, buyer text)
ORDER BY profile
ON CONFLICT (tenant_id, profile) DO UPDATE
SET buyer = excluded.buyer
WHERE integration_profile.buyer IS NULL
