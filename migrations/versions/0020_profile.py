"""Profiles of buyers elsewhere, and which customer each of them is."""

from alembic import op

revision = "0020"
down_revision = "0019"

APPLICATION = "cdp_app"
POLICY = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint"

TABLE = """
CREATE TABLE integration_profile (
    tenant_id bigint NOT NULL,
    profile text NOT NULL,
    integration_id bigint NOT NULL,
    buyer text,
    email text,
    first_name text,
    last_name text,
    phone text,
    created_at timestamptz,
    looked_at timestamptz,
    PRIMARY KEY (tenant_id, profile)
)
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute("ALTER TABLE integration_profile ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY integration_profile_tenant ON integration_profile USING ({POLICY})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON integration_profile TO {APPLICATION}")
    op.execute("ALTER TABLE integration_sync ADD COLUMN buyers_error text")


def downgrade() -> None:
    op.execute("ALTER TABLE integration_sync DROP COLUMN buyers_error")
    op.execute("DROP TABLE integration_profile")
