"""Sales over time and cohorts, as runs find them."""

from alembic import op

revision = "0005"
down_revision = "0004"

APPLICATION = "cdp_app"
POLICY = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint"

TABLES = {
    "sales": """
        CREATE TABLE sales (
            tenant_id bigint NOT NULL,
            run_id bigint NOT NULL,
            period text NOT NULL,
            starts_on date NOT NULL,
            orders bigint NOT NULL,
            revenue numeric NOT NULL,
            refunds numeric NOT NULL,
            new_customers bigint NOT NULL,
            returning_customers bigint NOT NULL,
            left_out bigint NOT NULL,
            PRIMARY KEY (tenant_id, run_id, period, starts_on),
            CONSTRAINT sales_period_check CHECK (period IN ('day', 'week', 'month'))
        )
    """,
    "cohort": """
        CREATE TABLE cohort (
            tenant_id bigint NOT NULL,
            run_id bigint NOT NULL,
            starts_on date NOT NULL,
            months_since integer NOT NULL,
            customers bigint NOT NULL,
            revenue numeric NOT NULL,
            PRIMARY KEY (tenant_id, run_id, starts_on, months_since)
        )
    """,
}


def upgrade() -> None:
    for name, table in TABLES.items():
        op.execute(table)
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {name}_tenant ON {name} USING ({POLICY})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {APPLICATION}")


def downgrade() -> None:
    for name in reversed(TABLES):
        op.execute(f"DROP TABLE {name}")
