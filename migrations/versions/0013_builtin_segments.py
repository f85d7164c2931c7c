"""Segments that every tenant has: a key tells them from those of the shop's own making."""

import json

from alembic import op
from sqlalchemy import text

revision = "0013"
down_revision = "0012"

RFM = {
    "Champions": "Bought lately, buy often and spend much",
    "Loyal Customers": "Buy often and spend well",
    "Potential Loyalists": "Bought lately and more than once, spend well",
    "Recent Customers": "Bought lately, but not often",
    "Promising": "Bought lately, but have not spent much",
    "Need Attention": "Middling in recency, frequency and value",
    "About to Sleep": "Below the middle in recency, frequency and value",
    "At Risk": "Spent much and bought often, but a good while ago",
    "Cannot Lose Them": "Bought much and often, but long ago",
    "Hibernating": "Bought long ago, seldom and little",
    "Lost": "Lowest in recency, frequency and value",
}
TIERS = {"high": "High value", "medium": "Medium value", "low": "Low value"}
RISKS = {"active": "Active", "at_risk": "At risk of churn", "churning": "Churning", "churned": "Churned"}
BUILTIN = [
    *((each, "rfm_segment", each, told, "segment") for each, told in RFM.items()),
    *((TIERS[each], "clv_tier", each, f"The {each} tier of lifetime value", "clv_tier") for each in TIERS),
    *((RISKS[each], "churn_risk", each, f"The risk class {each}", "churn_risk") for each in RISKS),
]

COLUMN = """
ALTER TABLE segment
    ADD COLUMN builtin text,
    ADD CONSTRAINT segment_tenant_id_builtin_key UNIQUE (tenant_id, builtin),
    ADD CONSTRAINT segment_builtin_check CHECK (builtin IS NULL OR type = 'dynamic')
"""

SEED = """
INSERT INTO segment (tenant_id, builtin, name, type, criteria, description, member_count, refreshed_at)
SELECT
    tenant.id,
    :builtin,
    CASE
        WHEN EXISTS (SELECT FROM segment AS own WHERE own.tenant_id = tenant.id AND own.name = :name)
        THEN :name || ' (built in)'
        ELSE :name
    END,
    'dynamic',
    cast(:criteria AS jsonb),
    :description,
    (
        SELECT count(*)
        FROM customer_score AS score
        JOIN score_current AS standing
            ON standing.tenant_id = score.tenant_id AND standing.run_id = score.run_id
        WHERE score.tenant_id = tenant.id AND score.{column} = :value
    ),
    (
        SELECT run.finished_at
        FROM score_current AS standing
        JOIN score_run AS run ON run.tenant_id = standing.tenant_id AND run.id = standing.run_id
        WHERE standing.tenant_id = tenant.id
    )
FROM tenant
ORDER BY tenant.id
"""


def upgrade() -> None:
    op.execute(COLUMN)
    for name, field, value, description, column in BUILTIN:
        seed = text(SEED.format(column=column)).bindparams(
            builtin=f"{field}:{value}",
            name=name,
            criteria=json.dumps({field: value}),
            description=description,
            value=value,
        )
        op.execute(seed)


def downgrade() -> None:
    op.execute("DELETE FROM segment WHERE builtin IS NOT NULL")
    op.execute(
        "ALTER TABLE segment DROP CONSTRAINT segment_builtin_check, "
        "DROP CONSTRAINT segment_tenant_id_builtin_key, DROP COLUMN builtin"
    )
