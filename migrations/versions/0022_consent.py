"""What customers have agreed to: by channel, with where they said so and when."""

from alembic import op

revision = "0022"
down_revision = "0021"

APPLICATION = "cdp_app"
POLICY = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint"

TABLE = """
CREATE TABLE customer_consent (
    tenant_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    channel text NOT NULL,
    is_granted boolean NOT NULL,
    source text,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, customer_id, channel),
    CONSTRAINT customer_consent_tenant_id_customer_id_fkey
        FOREIGN KEY(tenant_id, customer_id) REFERENCES customer (tenant_id, id),
    CONSTRAINT customer_consent_channel_check
        CHECK (channel IN ('email', 'sms', 'push', 'whatsapp', 'phone', 'post'))
)
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute("ALTER TABLE customer_consent ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY customer_consent_tenant ON customer_consent USING ({POLICY})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON customer_consent TO {APPLICATION}")


def downgrade() -> None:
    op.execute("DROP TABLE customer_consent")
