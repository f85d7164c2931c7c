-- What a file says of channels, one row a customer and channel: of several the latest, then the last line.
INSERT INTO import_consent (external_id, channel, is_granted, source, recorded_at)
SELECT DISTINCT ON (external_id, channel) external_id, channel, is_granted, consent_source, at
FROM (
    SELECT
        import_row.external_id,
        import_row.line,
        import_row.consent_source,
        said.channel,
        said.is_granted::boolean AS is_granted,
        coalesce(import_row.consent_at, consent_local AT TIME ZONE time_zone) AS at
    FROM import_row
    JOIN tenant ON tenant.id = %(tenant_id)s
    CROSS JOIN LATERAL jsonb_each_text(import_row.consents) AS said (channel, is_granted)
) AS dated
ORDER BY external_id, channel, coalesce(at, now()) DESC, line DESC
