"""What syncs could not read or list, and orders told apart by the account they are of."""

from alembic import op

revision = "0028"
down_revision = "0027"

APPLICATION = "cdp_app"
POLICY = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint"

UNREADABLE = """
CREATE TABLE integration_unreadable (
    tenant_id bigint NOT NULL,
    integration_id bigint NOT NULL,
    number text NOT NULL,
    reason text NOT NULL,
    first_seen_at timestamptz DEFAULT now() NOT NULL,
    looked_at timestamptz DEFAULT now() NOT NULL,
    tries integer DEFAULT 1 NOT NULL,
    PRIMARY KEY (tenant_id, integration_id, number),
    CONSTRAINT integration_unreadable_tenant_id_integration_id_fkey FOREIGN KEY (tenant_id, integration_id)
        REFERENCES integration (tenant_id, id) ON DELETE CASCADE
)
"""
ACCOUNT = """
CREATE TABLE integration_account (
    tenant_id bigint NOT NULL,
    account_name text NOT NULL,
    order_prefix text NOT NULL,
    PRIMARY KEY (tenant_id, account_name),
    CONSTRAINT integration_account_tenant_id_order_prefix_key UNIQUE (tenant_id, order_prefix),
    CONSTRAINT integration_account_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (id)
)
"""
FIRST_ACCOUNTS = """
INSERT INTO integration_account (tenant_id, account_name, order_prefix)
SELECT
    tenant_id,
    account_name,
    CASE
        WHEN row_number() OVER (PARTITION BY tenant_id ORDER BY min(id)) > 1 THEN account_name || ':'
        ELSE ''
    END
FROM integration
GROUP BY tenant_id, account_name
"""
# Of which account the orders of integrations that are gone were is not known any more: '' is none.
ORDER = """
ALTER TABLE integration_order
    ADD COLUMN account_name text,
    ADD COLUMN number text,
    ADD COLUMN looked_at timestamptz DEFAULT now();
UPDATE integration_order AS seen
SET number = seen.external_id,
    looked_at = seen.seen_at,
    account_name = coalesce(
        (
            SELECT integration.account_name
            FROM integration
            WHERE integration.tenant_id = seen.tenant_id AND integration.id = seen.integration_id
        ),
        ''
    );
ALTER TABLE integration_order
    ALTER COLUMN account_name SET NOT NULL,
    ALTER COLUMN number SET NOT NULL,
    ALTER COLUMN looked_at SET NOT NULL,
    ADD CONSTRAINT integration_order_tenant_id_account_name_number_key
        UNIQUE (tenant_id, account_name, number);
DROP INDEX integration_order_tenant_id_integration_id_created_at_idx;
CREATE INDEX integration_order_tenant_id_account_name_created_at_idx
    ON integration_order (tenant_id, account_name, created_at)
"""
SYNC = """
INSERT INTO integration_unreadable (tenant_id, integration_id, number, reason)
SELECT sync.tenant_id, sync.integration_id, each.key, each.value
FROM integration_sync AS sync, jsonb_each_text(sync.skipped) AS each;
ALTER TABLE integration_sync DROP COLUMN skipped, ADD COLUMN changed_at timestamptz;
UPDATE integration_sync SET changed_at = now() WHERE changed;
ALTER TABLE integration_sync DROP COLUMN changed
"""
WINDOW = """
ALTER TABLE integration_window
    ADD COLUMN dated_by text DEFAULT 'creationDate' NOT NULL,
    ADD COLUMN problem text,
    ADD COLUMN looked_at timestamptz DEFAULT now() NOT NULL,
    ADD COLUMN tries integer DEFAULT 0 NOT NULL,
    ADD CONSTRAINT integration_window_dated_by_check CHECK (dated_by IN ('creationDate', 'invoicedDate'))
"""
BACK = """
ALTER TABLE integration_window
    DROP CONSTRAINT integration_window_dated_by_check,
    DROP COLUMN dated_by,
    DROP COLUMN problem,
    DROP COLUMN looked_at,
    DROP COLUMN tries;
ALTER TABLE integration_sync
    ADD COLUMN changed boolean DEFAULT false NOT NULL,
    ADD COLUMN skipped jsonb DEFAULT '{}' NOT NULL;
UPDATE integration_sync SET changed = changed_at IS NOT NULL;
ALTER TABLE integration_sync DROP COLUMN changed_at;
DROP INDEX integration_order_tenant_id_account_name_created_at_idx;
ALTER TABLE integration_order
    DROP CONSTRAINT integration_order_tenant_id_account_name_number_key,
    DROP COLUMN account_name,
    DROP COLUMN number,
    DROP COLUMN looked_at;
CREATE INDEX integration_order_tenant_id_integration_id_created_at_idx
    ON integration_order (tenant_id, integration_id, created_at);
DROP TABLE integration_account;
DROP TABLE integration_unreadable
"""


def upgrade() -> None:
    for name, table in (("integration_unreadable", UNREADABLE), ("integration_account", ACCOUNT)):
        op.execute(table)
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {name}_tenant ON {name} USING ({POLICY})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {APPLICATION}")
    for change in (FIRST_ACCOUNTS, ORDER, SYNC, WINDOW):
        op.execute(change)


def downgrade() -> None:
    op.execute(BACK)
