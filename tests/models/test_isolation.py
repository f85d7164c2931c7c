"""What the catalogue says of the application's role: bound by a policy on all that is of tenants."""

import psycopg
import pytest

from kit.db import Work, connect_for_work
from kit.db.role import APPLICATION
from models import METADATA
from models.score import PARTITION

TENANT_TABLES = sorted(name for name, table in METADATA.tables.items() if "tenant_id" in table.c)
SCOPE = "(tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::bigint)"
WRITTEN = SCOPE.replace("(NULLIF", "( SELECT (NULLIF").replace("::bigint)", '::bigint AS "nullif"))')
"""The same for rows that are written, where it is asked once a statement."""
REFERENCE = {"tenant", "alembic_version"}
"""Tables that are of no one tenant, and that the application may look into."""
READ_PAST_POLICIES = {
    *("api_key_find", "api_key_used", "event_partition_drop", "event_partition_ensure"),
    *("integration_tenant", "integrations_due", "integrations_noticed"),
}
"""Functions with the owner's rights: of one thing by its id, or of numbers; two make and drop partitions."""


@pytest.fixture
def app(urls):
    with psycopg.connect(urls.app, autocommit=True) as connection:
        yield connection


@pytest.fixture
def owner(urls):
    with psycopg.connect(urls.owner, autocommit=True) as connection:
        yield connection


def test_every_table_with_a_tenant_has_the_one_policy(owner):
    """Every such table of the database, not only those that the models know; partitions apart."""
    found = owner.execute(
        "SELECT c.relname::text, c.relrowsecurity, p.polpermissive, p.polcmd::text, p.polroles::oid[], "
        "pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid) "
        "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' "
        "LEFT JOIN pg_policy p ON p.polrelid = c.oid "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition "
        "ORDER BY 1"
    ).fetchall()
    assert [(name, True, True, "*", [0], SCOPE) for name in TENANT_TABLES] == [each[:-1] for each in found]
    assert {each[-1] for each in found} <= {None, WRITTEN}


def test_partitions_are_reached_through_their_tables_only(owner):
    owner.execute("SELECT event_partition_ensure('2025-06-01')")
    rights = owner.execute(
        "SELECT relname::text, array_agg(privilege ORDER BY privilege) FILTER "
        f"(WHERE has_table_privilege('{APPLICATION}', oid, privilege)) "
        "FROM pg_class, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', "
        "'TRIGGER']) AS privilege WHERE relispartition AND relkind = 'r' GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert len(rights) > 1
    assert {name: given for name, given in rights if given} == {PARTITION: ["INSERT"]}


def test_scores_copied_past_the_policy_meet_its_check(app):
    app.execute("SET app.tenant_id = 56")
    copy = f"COPY {PARTITION} (tenant_id, run_id, customer_id) FROM STDIN"

    def write(*tenants):
        with app.cursor() as cursor, cursor.copy(copy) as rows:
            for tenant in tenants:
                rows.write_row((tenant, 1, 1))

    with pytest.raises(psycopg.errors.CheckViolation, match=f"{PARTITION}_scope_check"):
        write(56, 57)
    assert app.execute("SELECT count(*) FROM customer_score").fetchone() == (0,)
    write(56)
    assert app.execute("SELECT count(*) FROM customer_score").fetchone() == (1,)


def test_the_application_owns_nothing_and_may_become_nobody(app):
    told = app.execute(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles "
        "WHERE rolname = current_user"
    ).fetchone()
    assert told == (False,) * 5
    owned = "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"
    assert app.execute(owned).fetchone() == (0,)
    others = "SELECT rolname::text FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER')"
    assert app.execute(others).fetchall() == [(APPLICATION,)]


@pytest.mark.parametrize(
    "attempt",
    [
        "ALTER TABLE customer DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE customer NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY customer_tenant ON customer",
        "ALTER POLICY customer_tenant ON customer USING (true)",
        "CREATE POLICY mine ON customer USING (true)",
        "ALTER TABLE customer_score_rows DROP CONSTRAINT customer_score_rows_scope_check",
        "ALTER TABLE customer_score DETACH PARTITION customer_score_rows",
        "CREATE TRIGGER mine AFTER INSERT ON customer EXECUTE FUNCTION event_partition_ensure()",
        "CREATE VIEW mine AS SELECT * FROM customer",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "TRUNCATE customer",
        "SET ROLE cdp_owner",
        "SET SESSION AUTHORIZATION cdp_owner",
        "ALTER ROLE CURRENT_USER BYPASSRLS",
        "GRANT SELECT ON customer TO PUBLIC",
        "SELECT * FROM api_key",
        "COPY customer TO PROGRAM 'cat'",
    ],
)
def test_the_application_cannot_loosen_what_binds_it(app, attempt):
    rights = "SELECT relacl::text, relrowsecurity FROM pg_class WHERE oid = 'customer'::regclass"
    before = app.execute(rights).fetchone()
    try:
        app.execute(attempt)
    except psycopg.errors.InsufficientPrivilege:
        return
    assert attempt.startswith("GRANT"), "what PostgreSQL answers with a warning alone"
    assert app.execute(rights).fetchone() == before


def test_policies_switched_off_for_a_session_are_an_error_and_show_nothing(app):
    app.execute("SET row_security = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        app.execute("SELECT * FROM customer")


def test_functions_with_the_owners_rights_are_known(owner):
    found = owner.execute(
        "SELECT proname::text FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    ).fetchall()
    assert {name for (name,) in found} == READ_PAST_POLICIES
    open_to_all = owner.execute(
        "SELECT proname::text FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace "
        "AND has_function_privilege('public', oid, 'EXECUTE')"
    ).fetchall()
    assert open_to_all == []


def test_tables_without_a_policy_are_known(owner):
    """Besides the queue's: what the application may read of tables that no policy guards."""
    found = owner.execute(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "AND relkind IN ('r', 'p') AND NOT relrowsecurity AND NOT relispartition "
        "AND relname NOT LIKE 'procrastinate%' "
        f"AND has_table_privilege('{APPLICATION}', oid, 'SELECT')"
    ).fetchall()
    assert {name for (name,) in found} == REFERENCE


def test_the_scope_of_work_ends_with_its_transaction(urls, make):
    make.customer(make.tenant(), "ana")
    with connect_for_work(urls.app) as work:
        assert isinstance(work, Work)
        with work.transaction(56):
            assert work.run("SELECT count(*) FROM customer") == [(1,)]
        assert work.run("SELECT count(*) FROM customer") == [(0,)]
