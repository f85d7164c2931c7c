-- The segments that every tenant has from the start: those that are missing are made, and the members of those that a
-- run has counted are told. A name that the shop has taken is told apart.
INSERT INTO segment (tenant_id, builtin, name, type, criteria, description, member_count, refreshed_at)
SELECT
    %(tenant_id)s,
    wanted.builtin,
    CASE
        WHEN EXISTS (
            SELECT FROM segment AS own
            WHERE own.tenant_id = %(tenant_id)s
                AND own.name = wanted.name
                AND own.builtin IS DISTINCT FROM wanted.builtin
        ) THEN wanted.name || ' (built in)'
        ELSE wanted.name
    END,
    'dynamic',
    wanted.criteria,
    wanted.description,
    coalesce(wanted.members, 0),
    CASE WHEN wanted.members IS NOT NULL THEN clock_timestamp() END
FROM unnest(
    %(builtins)s::text[], %(names)s::text[], %(criteria)s::jsonb[], %(descriptions)s::text[], %(members)s::bigint[]
) WITH ORDINALITY AS wanted (builtin, name, criteria, description, members, place)
ORDER BY wanted.place
ON CONFLICT (tenant_id, builtin) DO UPDATE
SET member_count = excluded.member_count, refreshed_at = excluded.refreshed_at
WHERE excluded.refreshed_at IS NOT NULL
