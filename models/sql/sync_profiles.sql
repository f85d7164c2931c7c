-- What was found of profiles elsewhere, and which were looked for in vain.
INSERT INTO integration_profile (
    tenant_id, profile, integration_id, email, first_name, last_name, phone, created_at, looked_at
)
SELECT DISTINCT ON (profile)
    %(tenant_id)s, profile, %(integration)s, email, first_name, last_name, phone, created_at, now()
FROM jsonb_to_recordset(%(profiles)s) AS found (
    profile text, email text, first_name text, last_name text, phone text, created_at timestamptz
)
ORDER BY profile, email
ON CONFLICT (tenant_id, profile) DO UPDATE
SET integration_id = excluded.integration_id,
    email = coalesce(excluded.email, integration_profile.email),
    first_name = coalesce(excluded.first_name, integration_profile.first_name),
    last_name = coalesce(excluded.last_name, integration_profile.last_name),
    phone = coalesce(excluded.phone, integration_profile.phone),
    created_at = coalesce(excluded.created_at, integration_profile.created_at),
    looked_at = now()
