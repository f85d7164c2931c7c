"""Snapshots that requests share: one state for all who came before it, and nobody held up by another."""

import asyncio

import pytest
from sqlalchemy import Text, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import TENANT, Statement, prepare
from kit.db.together import ApartError, Brief, LostError, Refusing, Watching
from models import TABLES
from resolvers.loading import SharedLoader

CUSTOMER = TABLES["customer"]
NAMES = prepare(
    select(CUSTOMER.c.external_id).where(
        CUSTOMER.c.tenant_id == TENANT,
        CUSTOMER.c.external_id == any_(bindparam("names", type_=ARRAY(Text))),
    )
)
WRONG = Statement("SELECT 1 / %(zero)s", scoped=False, defaults={})


class Asked:
    """A batch function on a snapshot's reader, which remembers its keys."""

    def __init__(self, snapshot, tenant=1):
        self.keys: list[list[str]] = []
        self._snapshot, self._tenant = snapshot, tenant

    async def __call__(self, names):
        self.keys.append([*names])
        found = await self._snapshot.reader.fetch(NAMES, str, tenant=self._tenant, names=names)
        return [name in found for name in names]


@pytest.fixture
def shop(urls, make):
    """Tenants 1 and 2 with a customer each, of a name of their own."""
    for number in (1, 2):
        make.customer(make.tenant(number), f"of-{number}")
    return make


def loader_of(snapshot, batch):
    """The loader that members of a snapshot share."""
    return snapshot.kept.setdefault("loader", SharedLoader(batch, snapshot))


async def member(database, *names):
    """A request that looks names up, one after another."""
    snapshot = database.snapshots.join()
    try:
        loader = loader_of(snapshot, Asked(snapshot))
        return [await loader.load(name) for name in names], loader._batch.keys
    finally:
        snapshot.leave()


async def test_who_comes_at_the_same_time_asks_in_one_statement(shop, database):
    found = await asyncio.gather(*(member(database, "of-1", f"none-{each}") for each in range(20)))
    assert all(told == [True, False] for told, _ in found)
    keys = {id(each): each for _, each in found}.values()
    assert sorted(sorted(each[0]) for each in keys) == [["of-1"]]
    assert sum(len(each[1]) for each in keys) == 20


async def test_all_statements_of_a_snapshot_see_one_state(shop, database):
    snapshot = database.snapshots.join()
    loader = loader_of(snapshot, Asked(snapshot))
    assert await loader.load("of-1")
    shop.customer(1, "late")
    assert not await loader.load("late")
    snapshot.leave()


async def test_who_comes_after_a_commit_sees_it_however_many_read(shop, database):
    early = database.snapshots.join()
    assert await loader_of(early, Asked(early)).load("of-1")
    shop.customer(1, "late")
    told, _ = await member(database, "late")
    assert told == [True]
    early.leave()


async def test_each_statement_is_under_its_own_tenant(shop, database):
    snapshot = database.snapshots.join()
    first, second = (SharedLoader(Asked(snapshot, tenant), snapshot) for tenant in (1, 2))
    found = await asyncio.gather(first.load_many(["of-1", "of-2"]), second.load_many(["of-1", "of-2"]))
    assert [*found] == [[True, False], [False, True]]
    snapshot.leave()


async def test_who_leaves_early_takes_nobody_along(shop, database):
    leaver, stayer = (asyncio.create_task(member(database, "of-1")) for _ in range(2))
    await asyncio.sleep(0)
    leaver.cancel()
    told, _ = await stayer
    assert told == [True]
    assert leaver.cancelled() or (await leaver)[0] == [True]


async def test_connections_come_back_when_all_have_left(shop, database):
    for _ in range(3 * 8):
        await member(database, "of-1")
    joined = database.snapshots.join()
    joined.leave()
    await database.snapshots.close()
    figures = database.figures()["requests"]
    assert figures["used"] == 0
    assert (await member(database, "of-1"))[0] == [True]


async def test_nothing_is_read_any_more_when_all_have_left(shop, database):
    snapshot = database.snapshots.join()
    assert await loader_of(snapshot, Asked(snapshot)).load("of-1")
    snapshot.leave()
    with pytest.raises(LostError):
        await loader_of(snapshot, Asked(snapshot)).load("none")
    with pytest.raises(LostError), snapshot.stay():
        pass
    await database.snapshots.close()
    assert database.figures()["requests"]["used"] == 0


async def test_a_statement_that_fails_is_told_to_those_who_asked(shop, database):
    snapshot = database.snapshots.join()

    async def wrong(keys):
        return await snapshot.reader.fetch(WRONG, int, zero=0)

    with pytest.raises(Exception, match="division by zero"):
        await SharedLoader(wrong, snapshot).load(1)
    snapshot.leave()
    assert (await member(database, "of-1"))[0] == [True]


@pytest.mark.parametrize("first", [True, False], ids=["first", "later"])
async def test_a_snapshot_ends_with_a_statement_that_fails(shop, database, first):
    snapshot = database.snapshots.join()
    brief = Brief(snapshot.reader)
    if not first:
        assert await brief.fetch(NAMES, str, tenant=1, names=["of-1"]) == ["of-1"]
    with pytest.raises(Exception, match="division by zero"):
        await brief.fetch(WRONG, int, zero=0)
    shop.customer(1, "late")
    with pytest.raises(LostError):
        await brief.fetch(NAMES, str, tenant=1, names=["late"])
    snapshot.leave()
    assert (await member(database, "late"))[0] == [True]


async def test_what_may_take_long_or_is_asked_outside_of_a_batch_is_read_apart(shop, database):
    snapshot = database.snapshots.join()
    brief, refusing = Brief(snapshot.reader), Refusing()
    with pytest.raises(ApartError):
        await brief.fetch(NAMES, str, tenant=1, within=1.0, names=["of-1"])
    with pytest.raises(ApartError):
        brief.stream(NAMES, str)
    assert not refusing.asked
    with pytest.raises(ApartError):
        refusing.fetch(NAMES, str)
    assert refusing.asked
    snapshot.leave()


async def test_who_watches_a_reader_learns_whether_all_of_it_could_be_read_together(shop, database):
    async with database.read() as reader:
        watching = Watching(reader)
        assert await watching.batch.fetch(NAMES, str, tenant=1, names=["of-1"]) == ["of-1"]
        assert not watching.apart
        assert await watching.batch.fetch(NAMES, str, tenant=1, within=1.0, names=[]) == []
        assert watching.apart
        watching = Watching(reader)
        assert await watching.fetch(NAMES, str, tenant=1, names=["of-1"]) == ["of-1"]
        assert watching.apart
