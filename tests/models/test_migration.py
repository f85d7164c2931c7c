"""Migrations forward and back, the state a start looks at, and the tables' agreement with the models."""

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import String, create_engine
from sqlalchemy.pool import NullPool

from kit.errors import ConfigurationError, UnavailableError
from models import METADATA
from models.migrating import migrate
from models.migration import HERE, REVISIONS, state_at
from models.score import PARTITION, SEGMENTS
from scoring.segments import SEGMENTS as SCORED_SEGMENTS

TENANT_TABLES = sorted(name for name, table in METADATA.tables.items() if "tenant_id" in table.c)


def test_forward_back_and_forward_again(own_urls):
    head = state_at(own_urls.app).revision
    before, after = migrate(own_urls.owner, "base")
    assert (before.revision, after.revision) == (head, None)
    with psycopg.connect(own_urls.owner) as owner:
        left = owner.execute(
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        ).fetchall()
    assert left == [("alembic_version",)]
    assert migrate(own_urls.owner)[1].revision == head
    assert state_at(own_urls.app).current


def test_each_step_back_and_forth(own_urls):
    for revision in (*REVISIONS, "0003", "0001", "head"):
        expected = REVISIONS[-1] if revision == "head" else revision
        assert migrate(own_urls.owner, revision)[1].revision == expected


def test_an_unmigrated_database_says_what_to_run(own_urls):
    migrate(own_urls.owner, "base")
    assert state_at(own_urls.owner).problem() == "The database has no tables yet. Run `cdp migrate`."


def test_an_older_database_says_what_to_run(own_urls):
    migrate(own_urls.owner, "0001")
    told = f"at revision 0001, this version needs {REVISIONS[-1]}. Run `cdp migrate`"
    assert told in str(state_at(own_urls.app).problem())


def test_a_newer_database_says_so_and_is_left_alone(own_urls):
    with psycopg.connect(own_urls.owner, autocommit=True) as owner:
        owner.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "a newer version has migrated it" in str(state_at(own_urls.app).problem())
    with pytest.raises(ConfigurationError, match="a newer version"):
        migrate(own_urls.owner)


def test_an_unknown_revision_is_refused_with_the_known_ones(urls):
    with pytest.raises(ConfigurationError, match=f"known are base, {', '.join(REVISIONS)}, head"):
        migrate(urls.owner, "0815")


def test_the_application_may_not_migrate(own_urls):
    migrate(own_urls.owner, "base")
    with pytest.raises(ConfigurationError, match="permission denied"):
        migrate(own_urls.app)


def test_a_server_out_of_reach_is_told_in_a_sentence():
    with pytest.raises(UnavailableError, match="cannot be reached"):
        state_at("postgresql://nobody@127.0.0.1:1/none")


def test_the_tables_are_what_the_models_say(own_urls):
    engine = create_engine(
        own_urls.owner.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool
    )
    with engine.connect() as connection:
        opts = {"include_object": _is_ours, "compare_type": _differs}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, METADATA) == []


def test_every_table_of_a_tenant_has_its_policy_and_its_tenant_first(urls):
    with psycopg.connect(urls.owner) as owner:
        guarded = owner.execute(
            "SELECT relname::text FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid "
            "WHERE relrowsecurity ORDER BY 1"
        ).fetchall()
        first_columns = owner.execute(
            "SELECT DISTINCT tab.relname::text, att.attname::text FROM pg_index "
            "JOIN pg_class tab ON tab.oid = indrelid "
            "JOIN pg_attribute att ON att.attrelid = tab.oid AND att.attnum = indkey[0] "
            "WHERE tab.relname = ANY(%s)",
            [TENANT_TABLES],
        ).fetchall()
    assert [name for (name,) in guarded] == TENANT_TABLES
    assert sorted(first_columns) == [(name, "tenant_id") for name in TENANT_TABLES]


def test_the_applications_role_is_bound_by_the_policies(urls):
    with psycopg.connect(urls.app) as app:
        role = app.execute(
            "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles "
            "WHERE rolname = current_user"
        ).fetchone()
        owned = app.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "AND pg_has_role(current_user, relowner, 'MEMBER')"
        ).fetchone()
        assert (role, owned) == ((False,), (0,))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE mine (id int)")


def test_scores_may_be_copied_in_for_the_own_tenant_only_and_read_through_the_policy_only(urls):
    row = "INSERT INTO customer_score_rows (tenant_id, run_id, customer_id) VALUES (1, 1, %s)"
    with psycopg.connect(urls.app, autocommit=True) as app:
        for scope in ("", "2"):
            app.execute(f"SET app.tenant_id = '{scope}'")
            with pytest.raises(psycopg.errors.CheckViolation, match="customer_score_rows_scope_check"):
                app.execute(row, [1])
        app.execute("SET app.tenant_id = '1'")
        app.execute(row, [2])
        assert app.execute("SELECT customer_id FROM customer_score").fetchall() == [(2,)]
        for other in ("SELECT 1 FROM", "DELETE FROM", "TRUNCATE"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(f"{other} customer_score_rows")
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute(row, [3])


def test_scores_survive_the_steps_that_move_them(own_urls):
    row = "INSERT INTO customer_score (tenant_id, run_id, customer_id, segment) VALUES (1, 1, 1, 'Lost')"
    with psycopg.connect(own_urls.owner, autocommit=True) as owner:
        owner.execute(row)
        for revision in ("0002", "0003"):
            migrate(own_urls.owner, revision)
            found = owner.execute(
                "SELECT tenant_id, run_id, customer_id, segment FROM customer_score"
            ).fetchall()
            assert found == [(1, 1, 1, "Lost")]


def test_moves_and_members_are_told_by_the_feed_and_come_back_as_they_were(own_urls):
    migrate(own_urls.owner, "0014")
    with psycopg.connect(own_urls.owner, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO tenant (id, name, slug, currency, time_zone) VALUES (1, 'a', 'a', 'EUR', 'UTC'), "
            "(2, 'b', 'b', 'EUR', 'UTC')"
        )
        owner.execute(
            "INSERT INTO score_run (tenant_id, id, status, analyses, as_of, as_of_requested, step, "
            "finished_at, rfm, clv) SELECT 1, n, 'succeeded', '{rfm,clv}', now(), 'now', 'done', "
            "timestamptz '2025-01-01' + n / 2 * interval '1 day', '{}', '{}' FROM generate_series(4, 9) n"
        )
        owner.execute("INSERT INTO score_current VALUES (1, 9)")
        owner.execute(
            "INSERT INTO segment_change SELECT 1, 4 + n / 4, n % 4, 'Lost', NULL, "
            "timestamptz '2025-01-01' + (4 + n / 4) / 2 * interval '1 day' "
            "FROM generate_series(0, 27) n"
        )
        owner.execute(
            "INSERT INTO segment (tenant_id, id, name, type) VALUES (1, 100, 'x', 'static'), "
            "(2, 101, 'y', 'static')"
        )
        owner.execute("INSERT INTO segment_member SELECT 2, 101, n FROM generate_series(1, 5) n")
        see = "SELECT run_id, customer_id, from_segment, to_segment FROM segment_change ORDER BY 1, 2"
        before = owner.execute(see).fetchall()
        migrate(own_urls.owner, "0015")
        told = owner.execute(
            "SELECT feed.tenant_id, kind, segment_id, run_id, reason, count(*) FROM segment_feed AS feed "
            "JOIN segment_change ON feed_id = feed.id GROUP BY feed.tenant_id, feed.id ORDER BY 1, feed.id"
        ).fetchall()
        moved = [(1, "rfm_segment", 0, run, "run", 4) for run in range(4, 11)]
        assert told == [*moved, (2, "segment", 101, None, "found", 5)]
        rest = owner.execute(
            "SELECT kind, segment_id, run_id, at > (SELECT max(at) FROM segment_feed WHERE id <= 10) "
            "FROM segment_feed WHERE tenant_id = 1 AND id > 10 ORDER BY at"
        ).fetchall()
        assert rest == [("clv_tier", 0, 9, True), ("segment", 100, None, True)]
        migrate(own_urls.owner, "0014")
        assert owner.execute(see).fetchall() == before


def test_event_partitions_are_made_on_demand_and_guarded(own_urls):
    with psycopg.connect(own_urls.app, autocommit=True) as app:
        app.execute("SET app.tenant_id = 1")
        with pytest.raises(psycopg.errors.CheckViolation):
            app.execute(
                "INSERT INTO event (tenant_id, occurred_at, message_id, event_type) "
                "VALUES (1, '2024-05-31 23:59Z', 'm', 'page_view')"
            )
        for _ in range(2):
            app.execute("SELECT event_partition_ensure('2024-05-17')")
        app.execute(
            "INSERT INTO event (tenant_id, occurred_at, message_id, event_type) "
            "VALUES (1, '2024-05-31 23:59Z', 'm', 'page_view')"
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("SELECT * FROM event_2024_05")
        with pytest.raises(psycopg.errors.InvalidParameterValue):
            app.execute("SELECT event_partition_ensure('9999-01-01')")


def test_emails_are_folded_beyond_ascii(urls, make):
    make.customer(make.tenant(), "ana", email=" ÑANDÚ@Example.com")
    row = make.owner.execute("SELECT email_norm FROM customer").fetchone()
    assert row == ("ñandú@example.com",)


def test_names_of_before_are_folded_anew(own_urls):
    migrate(own_urls.owner, "0010")
    with psycopg.connect(own_urls.owner, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO tenant (id, name, slug, currency, time_zone) VALUES (1, 'A', 'a', 'EUR', 'UTC')"
        )
        owner.execute(
            "INSERT INTO customer (tenant_id, external_id, first_name, last_name, phone) "
            "VALUES (1, 'a', ' María ', 'Ñandú', '+54 (11) 4321-9876'), (1, 'b', NULL, ' ', 'none')"
        )
        read = "SELECT name_norm, last_name_norm FROM customer ORDER BY id"
        before = owner.execute(read).fetchall()
        assert before == [("maría  ñandú", "ñandú"), (None, None)]
        migrate(own_urls.owner)
        folded = owner.execute("SELECT name_norm, last_name_norm, phone_norm FROM customer ORDER BY id")
        assert folded.fetchall() == [("maria  nandu", "nandu", "678912341145"), (None, None, None)]
        migrate(own_urls.owner, "0010")
        assert owner.execute(read).fetchall() == before


def test_the_known_revisions_are_alembics():
    config = Config()
    config.set_main_option("script_location", str(HERE))
    script = ScriptDirectory.from_config(config)
    assert [each.revision for each in script.walk_revisions()][::-1] == REVISIONS


def test_segments_are_the_same_in_the_tables_and_in_scoring():
    assert SEGMENTS == SCORED_SEGMENTS


def _is_ours(item, name, kind, reflected, compared):
    return not str(name).startswith("procrastinate_") and name != PARTITION


def _differs(context, found_column, model_column, found, wanted):
    """Text is text, with whatever name; every other kind is compared as usual."""
    return False if isinstance(found, String) and str(wanted) == "VARCHAR" else None
