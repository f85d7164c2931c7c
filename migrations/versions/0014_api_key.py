"""API keys. The application may look one up by its id, and note that it was used; nothing else."""

from alembic import op

revision = "0014"
down_revision = "0013"

APPLICATION = "cdp_app"

TABLE = """
CREATE TABLE api_key (
    id text NOT NULL,
    name text NOT NULL,
    tenants bigint[],
    scopes text[] NOT NULL,
    secret_hash bytea NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (id),
    CONSTRAINT api_key_secret_hash_check CHECK (octet_length(secret_hash) = 32),
    CONSTRAINT api_key_scopes_check CHECK (scopes <@ ARRAY['read', 'write', 'admin'])
)
"""

FIND = """
CREATE FUNCTION api_key_find(
    key_id text, OUT tenants bigint[], OUT scopes text[], OUT secret_hash bytea, OUT is_used boolean
)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT tenants, scopes, secret_hash, coalesce(last_used_at > now() - interval '1 minute', false)
    FROM {schema}.api_key WHERE id = key_id AND revoked_at IS NULL
$$
"""

USED = """
CREATE FUNCTION api_key_used(key_id text) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE {schema}.api_key SET last_used_at = now()
    WHERE id = key_id AND (last_used_at IS NULL OR last_used_at <= now() - interval '1 minute')
$$
"""


def upgrade() -> None:
    schema = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    op.execute(TABLE)
    for name, body in (("api_key_find(text)", FIND), ("api_key_used(text)", USED)):
        op.execute(body.format(schema=schema))
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM public")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {APPLICATION}")


def downgrade() -> None:
    op.execute("DROP FUNCTION api_key_used(text)")
    op.execute("DROP FUNCTION api_key_find(text)")
    op.execute("DROP TABLE api_key")
