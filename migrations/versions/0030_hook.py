"""Hooks of integrations, and what they told of that has not been fetched yet."""

from alembic import op

revision = "0030"
down_revision = "0029"

APPLICATION = "cdp_app"
POLICY = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint"

HOOK = """
CREATE TABLE integration_hook (
    tenant_id bigint NOT NULL,
    integration_id bigint NOT NULL,
    url text NOT NULL,
    secret bytea NOT NULL,
    is_wanted boolean DEFAULT true NOT NULL,
    is_set boolean DEFAULT false NOT NULL,
    set_url text,
    error text,
    heard_at timestamptz,
    created_at timestamptz DEFAULT now() NOT NULL,
    PRIMARY KEY (tenant_id, integration_id),
    CONSTRAINT integration_hook_tenant_id_integration_id_fkey FOREIGN KEY (tenant_id, integration_id)
        REFERENCES integration (tenant_id, id) ON DELETE CASCADE
)
"""
NOTICE = """
CREATE TABLE integration_notice (
    tenant_id bigint NOT NULL,
    integration_id bigint NOT NULL,
    external_id text NOT NULL,
    times bigint DEFAULT 1 NOT NULL,
    first_at timestamptz DEFAULT now() NOT NULL,
    PRIMARY KEY (tenant_id, integration_id, external_id),
    CONSTRAINT integration_notice_tenant_id_integration_id_fkey FOREIGN KEY (tenant_id, integration_id)
        REFERENCES integration (tenant_id, id) ON DELETE CASCADE
)
"""

# The application sees one tenant's rows at a time. Of notices it may ask whose there are, nothing else.
NOTICED = """
CREATE FUNCTION integrations_noticed(OUT tenant_id bigint, OUT id bigint) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT integration.tenant_id, integration.id
    FROM {schema}.integration
    WHERE integration.is_active AND EXISTS (
        SELECT FROM {schema}.integration_notice AS notice
        WHERE notice.tenant_id = integration.tenant_id AND notice.integration_id = integration.id
    )
    ORDER BY 1, 2
$$
"""


def upgrade() -> None:
    schema = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    for name, table in (("integration_hook", HOOK), ("integration_notice", NOTICE)):
        op.execute(table)
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {name}_tenant ON {name} USING ({POLICY})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {APPLICATION}")
    op.execute(NOTICED.format(schema=schema))
    op.execute("REVOKE ALL ON FUNCTION integrations_noticed() FROM public")
    op.execute(f"GRANT EXECUTE ON FUNCTION integrations_noticed() TO {APPLICATION}")


def downgrade() -> None:
    op.execute("DROP FUNCTION integrations_noticed()")
    op.execute("DROP TABLE integration_notice")
    op.execute("DROP TABLE integration_hook")
