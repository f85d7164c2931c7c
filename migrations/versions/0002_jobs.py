"""The queue's tables, as procrastinate 3.10 ships them, and the application's rights on them."""

from pathlib import Path

from alembic import op
from sqlalchemy import text

revision = "0002"
down_revision = "0001"

APPLICATION = "cdp_app"
SCHEMA = Path(__file__).parent.parent / "sql" / "procrastinate_3.10.sql"

OWN = """
SELECT format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO {app}', oid::regclass)
FROM pg_class WHERE relname LIKE 'procrastinate\\_%' AND relkind = 'r' AND relnamespace = {schema}
UNION ALL
SELECT format('GRANT USAGE ON SEQUENCE %s TO {app}', oid::regclass)
FROM pg_class WHERE relname LIKE 'procrastinate\\_%' AND relkind = 'S' AND relnamespace = {schema}
"""

DROP = """
SELECT format('DROP TABLE %s CASCADE', oid::regclass)
FROM pg_class WHERE relname LIKE 'procrastinate\\_%' AND relkind = 'r' AND relnamespace = {schema}
UNION ALL
SELECT format('DROP FUNCTION IF EXISTS %s CASCADE', oid::regprocedure)
FROM pg_proc WHERE proname LIKE 'procrastinate\\_%' AND pronamespace = {schema}
UNION ALL
SELECT format('DROP TYPE %s CASCADE', oid::regtype)
FROM pg_type WHERE typname LIKE 'procrastinate\\_%' AND typtype = 'e' AND typnamespace = {schema}
UNION ALL
SELECT format('DROP TYPE %s CASCADE', oid::regclass)
FROM pg_class WHERE relname LIKE 'procrastinate\\_%' AND relkind = 'c' AND relnamespace = {schema}
"""


def upgrade() -> None:
    op.execute(SCHEMA.read_text(encoding="utf-8"))
    _run_each(OWN)


def downgrade() -> None:
    _run_each(DROP)


def _run_each(query: str) -> None:
    """Run the statements that a catalogue query writes."""
    names = op.get_bind().execute(
        text(query.format(app=APPLICATION, schema="current_schema()::regnamespace"))
    )
    for (statement,) in names.all():
        op.execute(statement)
