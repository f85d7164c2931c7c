"""Erased customers: since when, and keyed digests of how they were known, so that none comes back."""

from alembic import op

revision = "0021"
down_revision = "0020"

APPLICATION = "cdp_app"
POLICY = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint"

TABLES = """
CREATE TABLE erasure_key (
    tenant_id bigint NOT NULL,
    key bytea NOT NULL,
    PRIMARY KEY (tenant_id),
    CONSTRAINT erasure_key_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES tenant (id),
    CONSTRAINT erasure_key_key_check CHECK (octet_length(key) = 32)
);
CREATE TABLE erased_identifier (
    tenant_id bigint NOT NULL,
    digest bytea NOT NULL,
    kind text NOT NULL,
    erased_at timestamptz DEFAULT now() NOT NULL,
    PRIMARY KEY (tenant_id, digest),
    CONSTRAINT erased_identifier_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES tenant (id),
    CONSTRAINT erased_identifier_kind_check CHECK (kind IN ('customer', 'email', 'order', 'profile')),
    CONSTRAINT erased_identifier_digest_check CHECK (octet_length(digest) = 32)
)
"""


def upgrade() -> None:
    op.execute(TABLES)
    for table in ("erasure_key", "erased_identifier"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_tenant ON {table} USING ({POLICY})")
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {APPLICATION}")
    op.execute("ALTER TABLE customer ADD COLUMN erased_at timestamptz")
    op.execute(
        "CREATE INDEX customer_tenant_id_erased_at_idx ON customer (tenant_id, erased_at) "
        "WHERE erased_at IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE customer DROP COLUMN erased_at")
    op.execute("DROP TABLE erased_identifier")
    op.execute("DROP TABLE erasure_key")
