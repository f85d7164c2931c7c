"""The feed of an integration: whether it may be used, what it was set to, and how it stands."""

from alembic import op

revision = "0024"
down_revision = "0022"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE integration ADD COLUMN feed text DEFAULT 'off' NOT NULL, "
        "ADD CONSTRAINT integration_feed_check CHECK (feed IN ('off', 'auto'))"
    )
    op.execute(
        "ALTER TABLE integration_sync ADD COLUMN feed_set jsonb, ADD COLUMN feed_error text, "
        "ADD COLUMN feed_at timestamptz"
    )


def downgrade() -> None:
    op.execute(
        "ALTER TABLE integration_sync DROP COLUMN feed_set, DROP COLUMN feed_error, DROP COLUMN feed_at"
    )
    op.execute("ALTER TABLE integration DROP COLUMN feed")
