"""Idempotency keys: what became of a list of records that may be sent again."""

from alembic import op

revision = "0007"
down_revision = "0006"

APPLICATION = "cdp_app"
POLICY = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint"

TABLE = """
CREATE TABLE idempotency_key (
    tenant_id bigint NOT NULL,
    key text NOT NULL,
    operation text NOT NULL,
    request_hash text NOT NULL,
    response jsonb,
    created_at timestamptz DEFAULT now() NOT NULL,
    PRIMARY KEY (tenant_id, key),
    CONSTRAINT idempotency_key_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);
CREATE INDEX idempotency_key_tenant_id_created_at_idx ON idempotency_key (tenant_id, created_at)
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute("ALTER TABLE idempotency_key ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY idempotency_key_tenant ON idempotency_key USING ({POLICY})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_key TO {APPLICATION}")


def downgrade() -> None:
    op.execute("DROP TABLE idempotency_key")
