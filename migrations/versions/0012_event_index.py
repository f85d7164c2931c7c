"""Events of a customer filtered by type within the index: the rest of them need not be read."""

from alembic import op

revision = "0012"
down_revision = "0011"

WITH_TYPE = """
CREATE INDEX event_tenant_id_customer_id_occurred_at_event_type_idx
    ON event (tenant_id, customer_id, occurred_at, event_type)
"""
WITHOUT = """
CREATE INDEX event_tenant_id_customer_id_occurred_at_idx ON event (tenant_id, customer_id, occurred_at)
"""


def upgrade() -> None:
    op.execute(WITH_TYPE)
    op.execute("DROP INDEX event_tenant_id_customer_id_occurred_at_idx")


def downgrade() -> None:
    op.execute(WITHOUT)
    op.execute("DROP INDEX event_tenant_id_customer_id_occurred_at_event_type_idx")
