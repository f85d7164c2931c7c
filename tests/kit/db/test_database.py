"""The request's transaction: its scope, its snapshot, and how it meets a restarting server."""

import asyncio

import psycopg
import pytest
from sqlalchemy import Text, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import TENANT, Database, Statement, connect_for_work, prepare
from kit.db.scope import scope
from kit.errors import TimedOutError, UnavailableError
from models import TABLES

CUSTOMER, SCORE = TABLES["customer"], TABLES["customer_score"]
EXTERNAL_IDS = prepare(
    select(CUSTOMER.c.external_id).where(CUSTOMER.c.tenant_id == TENANT).order_by(CUSTOMER.c.id)
)
INSERT = Statement(
    "INSERT INTO customer (tenant_id, external_id) VALUES (%(tenant_id)s, %(name)s) RETURNING id", True, {}
)
UNGUARDED = Statement("SELECT external_id FROM customer", scoped=True, defaults={})


@pytest.fixture
def two_tenants(urls):
    """Tenants 1 and 2 with one customer each."""
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        for number in (1, 2):
            owner.execute(
                "INSERT INTO tenant (id, name, slug, currency, time_zone) VALUES (%s, %s, %s, 'GBP', 'UTC')",
                [number, f"Shop {number}", f"shop-{number}"],
            )
            owner.execute(
                "INSERT INTO customer (tenant_id, external_id) VALUES (%s, %s)", [number, f"of-{number}"]
            )
    return urls


async def test_a_reader_sees_the_rows_of_its_tenant_alone(two_tenants, database):
    async with database.read() as reader:
        assert await reader.fetch(EXTERNAL_IDS, str, tenant=1) == ["of-1"]
        assert await reader.fetch(EXTERNAL_IDS, str, tenant=2) == ["of-2"]


async def test_row_level_security_holds_where_a_statement_forgets_its_predicate(two_tenants, database):
    async with database.read() as reader:
        assert await reader.fetch(UNGUARDED, str, tenant=2) == ["of-2"]


async def test_without_a_tenant_no_row_is_seen(two_tenants, database):
    async with database.read() as reader:
        anything = Statement("SELECT external_id FROM customer", scoped=False, defaults={})
        assert await reader.fetch(anything, str) == []


async def test_a_scoped_statement_without_a_tenant_is_refused(database):
    async with database.read() as reader:
        with pytest.raises(ValueError, match="no tenant"):
            await reader.fetch(EXTERNAL_IDS, str)


async def test_the_scope_does_not_leak_to_the_next_user_of_a_connection(two_tenants):
    database = Database(two_tenants.app, size=1)
    await database.open()
    async with database.read() as reader:
        await reader.fetch(EXTERNAL_IDS, str, tenant=1)
    async with database.read() as reader:
        found = await reader.fetch(Statement("SELECT current_setting('app.tenant_id', true)", False, {}), str)
        assert found == [""]
    await database.close()


async def test_all_reads_of_a_request_see_one_state(two_tenants, database):
    async with database.read() as reader:
        assert await reader.fetch(EXTERNAL_IDS, str, tenant=1) == ["of-1"]
        with psycopg.connect(two_tenants.owner, autocommit=True) as owner:
            owner.execute("INSERT INTO customer (tenant_id, external_id) VALUES (1, 'later')")
        assert await reader.fetch(UNGUARDED, str, tenant=1) == ["of-1"]
        await reader.renew()
        assert await reader.fetch(EXTERNAL_IDS, str, tenant=1) == ["of-1", "later"]


async def test_a_reader_sends_the_same_question_once(two_tenants, database):
    sent: list[str] = []
    database.on_statement = sent.append
    named = prepare(
        select(CUSTOMER.c.id).where(
            CUSTOMER.c.tenant_id == TENANT,
            CUSTOMER.c.external_id == any_(bindparam("names", type_=ARRAY(Text))),
        )
    )
    async with database.read() as reader:
        first = await reader.fetch(named, int, tenant=1, names=["of-1"])
        assert first == await reader.fetch(named, int, tenant=1, names=["of-1"])
        first.clear()
        assert len(await reader.fetch(named, int, tenant=1, names=["of-1"])) == 1
        assert len(sent) == 1
        assert await reader.fetch(named, int, tenant=1, names=["of-2"]) == []
        assert await reader.fetch(named, int, tenant=2, names=["of-1"]) == []
        assert all(type(each) is str for each in await reader.fetch(named, str, tenant=1, names=["of-1"]))
        assert len(sent) == 4
        await reader.renew()
        await reader.fetch(named, int, tenant=1, names=["of-1"])
        assert len(sent) == 5


async def test_a_write_sends_each_statement(two_tenants, database):
    sent: list[str] = []
    database.on_statement = sent.append
    async with database.write() as transaction:
        for _ in range(2):
            assert await transaction.fetch(EXTERNAL_IDS, str, tenant=1) == ["of-1"]
    assert len(sent) == 2


async def test_a_read_transaction_cannot_write(two_tenants, database):
    async with database.read() as reader:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            await reader.fetch(
                Statement("DELETE FROM customer WHERE tenant_id = %(tenant_id)s", True, {}), str, tenant=1
            )


async def test_a_write_is_committed_at_the_end_and_rolled_back_on_an_error(two_tenants, database):
    async def write(name, *, fail):
        async with database.write() as writer:
            await writer.fetch(INSERT, int, tenant=1, name=name)
            if fail:
                raise RuntimeError("changed my mind")

    await write("kept", fail=False)
    with pytest.raises(RuntimeError, match="changed my mind"):
        await write("dropped", fail=True)
    async with database.read() as reader:
        assert await reader.fetch(EXTERNAL_IDS, str, tenant=1) == ["of-1", "kept"]


async def test_a_write_into_another_tenant_is_refused_by_the_policy(two_tenants, database):
    insert = Statement("INSERT INTO customer (tenant_id, external_id) VALUES (2, 'x')", True, {})
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.write() as writer:
            await writer.fetch(insert, int, tenant=1)


async def test_a_statement_after_the_end_is_refused(two_tenants, database):
    async with database.read() as reader:
        pass
    with pytest.raises(RuntimeError, match="after the end"):
        await reader.fetch(EXTERNAL_IDS, str, tenant=1)


async def test_lost_connections_are_replaced_without_the_caller_seeing_it(two_tenants, database):
    async with database.read() as reader:
        await reader.fetch(EXTERNAL_IDS, str, tenant=1)
    with psycopg.connect(two_tenants.admin, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cdp'"
            " AND datname = current_database()"
        )
    async with database.read() as reader:
        assert await reader.fetch(EXTERNAL_IDS, str, tenant=1) == ["of-1"]


async def test_concurrent_fetches_share_one_transaction(two_tenants, database):
    async with database.read() as reader:
        found = await asyncio.gather(*(reader.fetch(EXTERNAL_IDS, str, tenant=each) for each in (1, 2, 1, 2)))
    assert found == [["of-1"], ["of-2"], ["of-1"], ["of-2"]]


async def test_a_reader_that_is_left_has_ended_once_the_database_is_closed(two_tenants):
    database = Database(two_tenants.app, size=2)
    await database.open()
    left = [database.read() for _ in range(2)]
    for each in left:
        assert await each.fetch(EXTERNAL_IDS, str, tenant=1) == ["of-1"]
    assert database.figures()["requests"]["used"] == 2
    for each in left:
        database.leave(each)
    async with database.read() as reader:
        assert await reader.fetch(EXTERNAL_IDS, str, tenant=2) == ["of-2"]
    left.append(database.read())
    assert await left[-1].fetch(EXTERNAL_IDS, str, tenant=2) == ["of-2"]
    database.leave(left[-1])
    await database.close()
    for each in left:
        with pytest.raises(RuntimeError, match="after the end"):
            await each.fetch(EXTERNAL_IDS, str, tenant=1)
    with psycopg.connect(two_tenants.admin) as admin:
        told = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state ~ 'idle in'"
        )
        assert admin.execute(told).fetchone() == (0,)


async def test_a_server_out_of_reach_is_told_in_a_sentence(monkeypatch):
    monkeypatch.setattr("kit.db.database._PATIENCE", 0.2)
    database = Database("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(UnavailableError, match="CDP_DATABASE_URL"):
        await database.open()


def test_the_application_gives_up_a_superusers_rights(two_tenants):
    with connect_for_work(two_tenants.admin) as work, work.transaction(1):
        assert work.run("SELECT current_user::text, count(*) FROM customer") == [("cdp_app", 1)]


def test_the_owner_of_the_tables_acts_as_the_application_too(two_tenants):
    with psycopg.connect(two_tenants.admin, autocommit=True) as admin:
        admin.execute("GRANT cdp_app TO cdp_owner WITH SET TRUE")
    with connect_for_work(two_tenants.owner) as work, work.transaction(2):
        assert work.run("SELECT current_user::text, external_id FROM customer") == [("cdp_app", "of-2")]


@pytest.mark.parametrize("wrong", ["1; DROP TABLE tenant", 2**63, True, 1.0])
def test_only_a_bigint_can_be_a_scope(wrong):
    with pytest.raises(ValueError, match="not a tenant id"):
        scope(wrong)


def test_a_statement_on_a_tenants_table_must_name_the_tenant():
    with pytest.raises(ValueError, match="no `tenant_id =` for customer"):
        prepare(select(CUSTOMER.c.id))
    joined = select(CUSTOMER.c.id).join(SCORE, SCORE.c.customer_id == CUSTOMER.c.id)
    with pytest.raises(ValueError, match="customer_score"):
        prepare(joined.where(CUSTOMER.c.tenant_id == TENANT))


async def test_what_took_too_long_is_not_sent_again_to_take_as_long(database):
    slow = Statement("SELECT 1 FROM pg_sleep(%(seconds)s)", scoped=False, defaults={})
    sent: list[str] = []
    database.on_statement = sent.append
    async with database.read() as reader:
        for _ in range(2):
            with pytest.raises(TimedOutError):
                await reader.fetch(slow, int, within=0.05, seconds=0.3)
        assert len(sent) == 1
        assert await reader.fetch(slow, int, within=0.05, seconds=0.0) == [1]
        assert await reader.fetch(slow, int, within=30.0, seconds=0.3) == [1]
        await reader.renew()
        with pytest.raises(TimedOutError):
            await reader.fetch(slow, int, within=0.05, seconds=0.3)
    assert len(sent) == 4


async def test_streams_of_one_reader_go_on_side_by_side(database):
    numbers = Statement("SELECT generate_series(%(first)s, %(first)s + 5)", scoped=False, defaults={})
    async with database.read() as reader:
        one, other = (reader.stream(numbers, int, size=4, first=first) for first in (1, 11))
        assert await anext(one) == [1, 2, 3, 4]
        assert await anext(other) == [11, 12, 13, 14]
        assert await anext(one) == [5, 6]
        await one.aclose()
        third = reader.stream(numbers, int, size=10, first=21)
        assert [each async for each in third] == [[21, 22, 23, 24, 25, 26]]
        assert [each async for each in other] == [[15, 16]]
