"""Work in threads: no more at a time than there are connections, which are kept, and replaced when lost."""

import asyncio
import threading

import psycopg
import pytest

from kit.db import Database
from kit.db.work_pool import WorkPool
from kit.errors import UnavailableError

BACKEND = "SELECT pg_backend_pid()"


@pytest.fixture
async def pool(urls):
    """Connections for two pieces of work at a time."""
    made = WorkPool(urls.app, size=2)
    made.open()
    yield made
    await made.close()


def backend(work):
    return work.run(BACKEND)[0][0]


async def test_connections_are_kept_and_bounded(pool):
    gate = threading.Barrier(2)

    def together(work):
        gate.wait(10)
        return backend(work)

    first = set(await asyncio.gather(pool.do(together), pool.do(together)))
    assert len(first) == 2
    assert set(await asyncio.gather(*(pool.do(together) for _ in range(8)))) == first


async def test_a_lost_connection_is_replaced(pool, urls):
    lost = await pool.do(backend)
    with psycopg.connect(urls.admin, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 10000)", [lost])
    assert await pool.do(backend) != lost


async def test_a_connection_lost_meanwhile_is_told_of(pool, urls):
    def end(work):
        work.run(f"SELECT pg_terminate_backend({backend(work)})")

    with pytest.raises(UnavailableError, match="The database was lost"):
        await pool.do(end)
    assert await pool.do(backend)


async def test_who_does_not_get_a_turn_is_told_so(pool, monkeypatch):
    monkeypatch.setattr("kit.db.work_pool._PATIENCE", 0.05)
    gate, started = threading.Event(), threading.Semaphore(0)

    def hold(work):
        started.release()
        return gate.wait(10)

    going = [asyncio.create_task(pool.do(hold)) for _ in range(2)]
    for _ in going:
        assert await asyncio.to_thread(started.acquire, timeout=10)
    with pytest.raises(UnavailableError, match="More is being saved"):
        await pool.do(backend)
    gate.set()
    assert await asyncio.gather(*going) == [True, True]
    assert await pool.do(backend)


async def test_what_fails_leaves_nothing_to_the_next(urls, make):
    make.tenant()
    database = Database(urls.app, size=2)
    await database.open()

    def fail(work):
        with work.transaction(56):
            work.run("CREATE TEMP TABLE left_behind (a int)")
            raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        await database.work(fail)
    found = await database.work(lambda work: work.run("SELECT to_regclass('left_behind'), current_user"))
    assert found == [(None, "cdp_app")]
    await database.close()
