"""Whose integration a number is: the v2 paths name integrations without their tenant."""

from alembic import op

revision = "0009"
down_revision = "0008"

APPLICATION = "cdp_app"

# The application sees one tenant's rows at a time. Of an integration it may ask whose it is, nothing else.
TENANT_OF = """
CREATE FUNCTION integration_tenant(number bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT tenant_id FROM {schema}.integration WHERE id = number ORDER BY tenant_id
$$
"""


def upgrade() -> None:
    schema = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    op.execute(TENANT_OF.format(schema=schema))
    op.execute("REVOKE ALL ON FUNCTION integration_tenant(bigint) FROM public")
    op.execute(f"GRANT EXECUTE ON FUNCTION integration_tenant(bigint) TO {APPLICATION}")


def downgrade() -> None:
    op.execute("DROP FUNCTION integration_tenant(bigint)")
