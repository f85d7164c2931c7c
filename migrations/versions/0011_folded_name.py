"""Customers found by name whatever the accents, and by the end of a telephone number.

An index on what may be null holds only what is not, so that a customer who is no more than an id costs less.
"""

from alembic import op

revision = "0011"
down_revision = "0010"

NAME = "nullif(btrim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), '')"
LAST_NAME = "nullif(btrim(last_name), '')"

NAMES = r"""
ALTER TABLE customer
    DROP COLUMN name_norm,
    DROP COLUMN last_name_norm,
    ADD COLUMN name_norm text COLLATE "C" GENERATED ALWAYS AS (
        lower(regexp_replace(normalize({name}, NFKD), '[\u0300-\u036f]+', '', 'g'))
    ) STORED,
    ADD COLUMN last_name_norm text COLLATE "C" GENERATED ALWAYS AS (
        lower(regexp_replace(normalize({last_name}, NFKD), '[\u0300-\u036f]+', '', 'g'))
    ) STORED,
    ADD COLUMN phone_norm text COLLATE "C" GENERATED ALWAYS AS (
        nullif(reverse(regexp_replace(phone, '[^0-9]+', '', 'g')), '')
    ) STORED
"""
NAMES_BEFORE = """
ALTER TABLE customer
    DROP COLUMN name_norm,
    DROP COLUMN last_name_norm,
    DROP COLUMN phone_norm,
    ADD COLUMN name_norm text COLLATE "C" GENERATED ALWAYS AS (
        nullif(lower(btrim(coalesce(first_name, '') || ' ' || coalesce(last_name, ''))), '')
    ) STORED,
    ADD COLUMN last_name_norm text COLLATE "C" GENERATED ALWAYS AS (
        nullif(lower(btrim(last_name)), '')
    ) STORED
"""
NAME_INDEXES = """
CREATE INDEX customer_tenant_id_name_norm_id_idx ON customer (tenant_id, name_norm, id);
CREATE INDEX customer_tenant_id_last_name_norm_id_idx ON customer (tenant_id, last_name_norm, id)
"""


def upgrade() -> None:
    op.execute(NAMES.format(name=NAME, last_name=LAST_NAME))
    op.execute(NAME_INDEXES)
    op.execute("DROP INDEX customer_tenant_id_email_norm_idx")
    for column in ("email_norm", "phone_norm"):
        op.execute(
            f"CREATE INDEX customer_tenant_id_{column}_idx ON customer (tenant_id, {column}) "
            f"WHERE {column} IS NOT NULL"
        )


def downgrade() -> None:
    op.execute(NAMES_BEFORE)
    op.execute(NAME_INDEXES)
    op.execute("DROP INDEX customer_tenant_id_email_norm_idx")
    op.execute("CREATE INDEX customer_tenant_id_email_norm_idx ON customer (tenant_id, email_norm)")
