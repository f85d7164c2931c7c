"""Scores live in a partition that a run may COPY into.

PostgreSQL refuses COPY into a table with row-level security. The partition has none of its own: the
application may insert into it and nothing else (it reads, updates and deletes through `customer_score` and
its policy), and a check restates the policy for what it inserts. Owners and superusers, whom policies do
not bind, pass: a dump can be restored.

The value so far was written twice; in its place comes the value of the days with a purchase, which intervals
need. And a run remembers whether its rows have been removed.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

APPLICATION = "cdp_app"
POLICY = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint"

COLUMNS = """
    tenant_id bigint NOT NULL,
    run_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    first_order_on date,
    last_order_on date,
    recency_days integer,
    frequency integer,
    monetary numeric(19, 4),
    recency_score smallint,
    frequency_score smallint,
    monetary_score smallint,
    segment text,
    {column} numeric(19, 4),
    expected_value numeric(19, 4),
    predicted_value numeric(19, 4),
    clv_tier text,
    churn_probability double precision,
    alive_probability double precision,
    churn_risk text,
    PRIMARY KEY (tenant_id, run_id, customer_id),
    CONSTRAINT customer_score_segment_check CHECK (segment IN (
        'Champions', 'Loyal Customers', 'Potential Loyalists', 'Recent Customers', 'Promising',
        'Need Attention', 'About to Sleep', 'At Risk', 'Cannot Lose Them', 'Hibernating', 'Lost')),
    CONSTRAINT customer_score_clv_tier_check CHECK (clv_tier IN ('high', 'medium', 'low')),
    CONSTRAINT customer_score_churn_risk_check
        CHECK (churn_risk IN ('active', 'at_risk', 'churning', 'churned'))
"""


COPIED = """
    tenant_id, run_id, customer_id, first_order_on, last_order_on, recency_days, frequency, recency_score,
    frequency_score, monetary_score, segment, expected_value, predicted_value, clv_tier, churn_probability,
    alive_probability, churn_risk
"""


def upgrade() -> None:
    _set_aside()
    columns = COLUMNS.format(column="purchase_value")
    op.execute(f"CREATE TABLE customer_score ({columns}) PARTITION BY LIST (tenant_id)")
    op.execute("CREATE TABLE customer_score_rows PARTITION OF customer_score DEFAULT")
    op.execute(
        "ALTER TABLE customer_score_rows ADD CONSTRAINT customer_score_rows_scope_check "
        f"CHECK (({POLICY}) IS TRUE OR NOT row_security_active('customer_score'::regclass))"
    )
    _fill_and_guard("monetary, purchase_value", "coalesce(monetary, historical_value), NULL")
    op.execute(f"GRANT INSERT ON customer_score_rows TO {APPLICATION}")
    op.execute("ALTER TABLE score_run ADD COLUMN swept boolean DEFAULT false NOT NULL")


def downgrade() -> None:
    _set_aside()
    op.execute(f"CREATE TABLE customer_score ({COLUMNS.format(column='historical_value')})")
    _fill_and_guard("monetary, historical_value", "monetary, monetary")
    op.execute("ALTER TABLE score_run DROP COLUMN swept")


def _set_aside() -> None:
    op.execute("ALTER TABLE customer_score RENAME TO customer_score_before")
    op.execute("ALTER INDEX customer_score_pkey RENAME TO customer_score_before_pkey")


def _fill_and_guard(columns: str, values: str) -> None:
    op.execute(
        f"INSERT INTO customer_score ({COPIED}, {columns}) "  # noqa: S608
        f"SELECT {COPIED}, {values} FROM customer_score_before"
    )
    op.execute("DROP TABLE customer_score_before")
    op.execute("ALTER TABLE customer_score ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY customer_score_tenant ON customer_score USING ({POLICY})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON customer_score TO {APPLICATION}")
