"""A customer's segments by an index half as large: members come in and are found faster for it."""

from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.execute(
        "CREATE INDEX segment_member_tenant_id_customer_id_idx ON segment_member (tenant_id, customer_id)"
    )
    op.execute("DROP INDEX segment_member_tenant_id_customer_id_segment_id_idx")


def downgrade() -> None:
    op.execute(
        "CREATE INDEX segment_member_tenant_id_customer_id_segment_id_idx "
        "ON segment_member (tenant_id, customer_id, segment_id)"
    )
    op.execute("DROP INDEX segment_member_tenant_id_customer_id_idx")
