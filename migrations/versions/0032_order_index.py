"""Orders of an integration by when they were made without their account: an order is looked up by its number.

As long as nothing is known of a table that fills, an index that begins with tenant and account looks as
good for that as the one of numbers, and reads all orders of the account.
"""

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.execute(
        "CREATE INDEX integration_order_tenant_id_created_at_idx ON integration_order (tenant_id, created_at)"
    )
    op.execute("DROP INDEX integration_order_tenant_id_account_name_created_at_idx")


def downgrade() -> None:
    op.execute(
        "CREATE INDEX integration_order_tenant_id_account_name_created_at_idx "
        "ON integration_order (tenant_id, account_name, created_at)"
    )
    op.execute("DROP INDEX integration_order_tenant_id_created_at_idx")
