"""Months of events are made without holding anybody up, and dropped once retention has emptied them."""

from alembic import op

revision = "0027"
down_revision = "0024"

APPLICATION = "cdp_app"

# Holds the table as a writer does, until the end of the transaction: until then no month is dropped, so that
# what is found here is still there when the rows come. A month is made beside the table and attached, which
# writers and readers need not wait for, but those who make another one do.
ENSURE = """
CREATE OR REPLACE FUNCTION event_partition_ensure(month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    first_day date := date_trunc('month', month)::date;
    next_month date := (date_trunc('month', month) + interval '1 month')::date;
    place text := format('%I.%I', {name}, 'event_' || to_char(first_day, 'YYYY_MM'));
BEGIN
    IF first_day < date '1970-01-01' OR first_day > date '2200-01-01' THEN
        RAISE EXCEPTION 'no partition outside 1970 to 2200' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    LOCK TABLE ONLY {schema}.event IN ROW EXCLUSIVE MODE;
    IF to_regclass(place) IS NOT NULL THEN
        RETURN;
    END IF;
    LOCK TABLE ONLY {schema}.event IN SHARE UPDATE EXCLUSIVE MODE;
    IF to_regclass(place) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %s (LIKE {schema}.event INCLUDING ALL)', place);
    EXECUTE format(
        'ALTER TABLE {schema}.event ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)',
        place, first_day::timestamp AT TIME ZONE 'UTC', next_month::timestamp AT TIME ZONE 'UTC'
    );
END
$$
"""

# Whoever writes waits while the table is asked for, so that is given up after a moment; and a month of many
# pages, which dead rows fill until they are vacuumed, is left, since looking through it takes long. An older
# snapshot would not show what came before the lock. An empty month holds nothing of tenants that keep their
# events for good.
DROP = """
CREATE FUNCTION event_partition_drop(month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
    first_day date := date_trunc('month', month)::date;
    ended timestamptz := (first_day + interval '1 month') AT TIME ZONE 'UTC';
    place text := format('%I.%I', {name}, 'event_' || to_char(first_day, 'YYYY_MM'));
    most_bytes bigint := 8 * 1024 * 1024;
    longest interval;
    found boolean;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'a month is dropped in a transaction of READ COMMITTED alone'
            USING ERRCODE = 'invalid_transaction_state';
    END IF;
    SELECT max((settings ->> 'event_retention_days')::int) * interval '1 day' INTO longest
    FROM {schema}.tenant WHERE settings ? 'event_retention_days';
    IF longest IS NULL OR ended > now() - longest OR ended > date_trunc('month', now(), 'UTC') THEN
        RETURN false;
    END IF;
    IF NOT EXISTS (
        SELECT FROM pg_inherits
        WHERE inhrelid = to_regclass(place) AND inhparent = '{schema}.event'::regclass
    ) THEN
        RETURN false;
    END IF;
    EXECUTE format('SELECT pg_relation_size(%L) > $1 OR EXISTS (SELECT FROM %s)', place, place)
        USING most_bytes INTO found;
    IF found THEN
        RETURN false;
    END IF;
    LOCK TABLE ONLY {schema}.event IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', place);
    EXECUTE format('SELECT pg_relation_size(%L) > $1 OR EXISTS (SELECT FROM %s)', place, place)
        USING most_bytes INTO found;
    IF found THEN
        RETURN false;
    END IF;
    EXECUTE format('DROP TABLE %s', place);
    RETURN true;
EXCEPTION WHEN lock_not_available OR undefined_table THEN
    RETURN false;
END
$$
"""

# As revision 1 has it.
BEFORE = """
CREATE OR REPLACE FUNCTION event_partition_ensure(month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    first_day date := date_trunc('month', month)::date;
    next_month date := (date_trunc('month', month) + interval '1 month')::date;
    name text := 'event_' || to_char(first_day, 'YYYY_MM');
BEGIN
    IF first_day < date '1970-01-01' OR first_day > date '2200-01-01' THEN
        RAISE EXCEPTION 'no partition outside 1970 to 2200' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF to_regclass(format('{schema}.%I', name)) IS NULL THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('event_partition_ensure', 0));
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS {schema}.%I PARTITION OF {schema}.event FOR VALUES FROM (%L) TO (%L)',
            name, first_day::timestamp AT TIME ZONE 'UTC', next_month::timestamp AT TIME ZONE 'UTC'
        );
    END IF;
END
$$
"""


def upgrade() -> None:
    op.execute(_placed(ENSURE))
    op.execute(_placed(DROP))
    op.execute("REVOKE ALL ON FUNCTION event_partition_drop(date) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION event_partition_drop(date) TO {APPLICATION}")


def downgrade() -> None:
    op.execute("DROP FUNCTION event_partition_drop(date)")
    op.execute(_placed(BEFORE))


def _placed(function: str) -> str:
    """The function's text with the schema that the tables are in: as an identifier, and as a text."""
    query = "SELECT quote_ident(current_schema()), quote_literal(current_schema())"
    schema, name = op.get_bind().exec_driver_sql(query).one()
    return function.replace("{schema}", schema).replace("{name}", name)
