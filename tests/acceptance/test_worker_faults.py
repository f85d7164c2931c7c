"""Workers that are killed or stopped over a job: it is tried again, and nothing of two attempts is mixed."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from jobs.parts import together
from jobs.pulse import MOST_ATTEMPTS
from kit.db import connect_for_work
from kit.errors import ConflictError, UnavailableError
from resolvers.processing.control import Control
from resolvers.processing.process import process
from resolvers.processing.request import Request

ROOT = Path(__file__).parent.parent.parent
LATER = "Pulse(beat=0.1, dead_after=0.5)"
"""A worker that waits for dead ones no longer than a test does."""
ASKED = {"url": "/api/v2/cdp/process/56", "headers": {"Prefer": "respond-async"}}
BACKTEST = """mutation { backtestRequest(input: {tenantId: "%s", holdoutDays: 90}) {
  backtest { databaseId } userErrors { message } } }"""


@contextlib.contextmanager
def working(url, pulse="Pulse()"):
    """A worker in a process of its own; killed at the end, if not before."""
    program = (
        "import asyncio; from jobs.worker import run_worker; from jobs.pulse import Pulse; "
        f"asyncio.run(run_worker({url!r}, pulse={pulse}))"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def rows(make):
    """What a query says."""

    def found(query):
        return make.owner.execute(query).fetchall()

    return found


@pytest.fixture
def until(rows):
    """Wait for a query to say something."""

    async def come(query, *wanted):
        async with asyncio.timeout(60):
            while rows(query) != [*wanted]:  # noqa: ASYNC110 - looks at what processes do
                await asyncio.sleep(0.02)

    return come


@contextlib.asynccontextmanager
async def held(make, until, table):
    """Work that is begun comes no further than to the exchange rates, which nobody else reads."""
    with make.owner.transaction():
        make.owner.execute("LOCK TABLE exchange_rate IN ACCESS EXCLUSIVE MODE")
        yield lambda: until(f"SELECT status FROM {table} ORDER BY id DESC LIMIT 1", ("running",))


async def test_a_run_whose_worker_was_killed_is_done_by_the_next(urls, make, client, rows, until):
    make.history(make.tenant(), 60)
    assert (await client.post(**ASKED)).status_code == 202
    async with held(make, until, "score_run") as begun:
        with working(urls.app) as worker:
            await begun()
            worker.kill()
            worker.wait()
        status = (await client.get("/api/v2/cdp/process/status/56")).json()
        assert status["status"] == "processing"
    # What the dead worker may have written already, of a customer who is gone since.
    make.owner.execute(
        "INSERT INTO customer_score (tenant_id, run_id, customer_id) VALUES (56, 1, 1), (56, 1, 9999)"
    )
    with working(urls.app, LATER):
        await until("SELECT id, status, error FROM score_run", (1, "succeeded", None))
        await until("SELECT id FROM procrastinate_jobs WHERE task_name = 'process'")
    assert rows("SELECT count(*) FROM customer_score WHERE run_id = 1 AND frequency IS NULL") == [(0,)]
    assert rows("SELECT count(*) > 50 FROM customer_score WHERE run_id = 1") == [(True,)]
    assert rows("SELECT run_id FROM score_current") == [(1,)]


async def test_a_backtest_whose_worker_was_killed_is_done_by_the_next(urls, make, ask, until):
    make.history(make.tenant(), 60)
    tenant = (await ask("{ tenant(databaseId: 56) { id } }"))["tenant"]["id"]
    assert not (await ask(BACKTEST % tenant))["backtestRequest"]["userErrors"]
    shown = "{ tenant(databaseId: 56) { backtest(holdoutDays: 90) { status error } } }"
    async with held(make, until, "backtest") as begun:
        with working(urls.app) as worker:
            await begun()
            worker.kill()
            worker.wait()
    make.owner.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    assert (await ask(shown))["tenant"]["backtest"] == {"status": "QUEUED", "error": None}
    with working(urls.app, LATER):
        await until("SELECT id, status, error FROM backtest", (1, "succeeded", None))


async def test_a_run_that_takes_every_worker_down_is_given_up(urls, make, client, until, rows):
    make.history(make.tenant(), 20)
    assert (await client.post(**ASKED)).status_code == 202
    async with held(make, until, "score_run") as begun:
        with working(urls.app) as worker:
            await begun()
            worker.kill()
            worker.wait()
    make.owner.execute("UPDATE procrastinate_jobs SET attempts = %s", [MOST_ATTEMPTS - 1])
    with working(urls.app, LATER):
        await until("SELECT status FROM procrastinate_jobs WHERE task_name = 'process'", ("failed",))
    ((status, error),) = rows("SELECT status, error FROM score_run")
    assert (status, error.partition(":")[0]) == ("failed", "It was given up")
    answer = (await client.get("/api/v2/cdp/process/status/56")).json()
    assert (answer["status"], answer["error"]) == ("failed", error)


async def test_a_worker_that_is_to_end_hands_its_run_back(urls, make, client, until, rows):
    make.history(make.tenant(), 60)
    assert (await client.post(**ASKED)).status_code == 202
    with working(urls.app, "Pulse(ending=0.1)") as worker:
        async with held(make, until, "score_run") as begun:
            await begun()
            worker.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.5)
        assert await asyncio.to_thread(worker.wait, 30) == 0
    assert rows("SELECT status, step FROM score_run") == [("queued", "waiting to be tried again")]
    assert rows("SELECT status FROM procrastinate_jobs WHERE task_name = 'process'") == [("todo",)]
    with working(urls.app):
        await until("SELECT id, status FROM score_run", (1, "succeeded"))


async def test_a_worker_that_is_to_end_finishes_what_it_can(urls, make, client, until, rows):
    make.history(make.tenant(), 60)
    assert (await client.post(**ASKED)).status_code == 202
    with working(urls.app) as worker:
        async with held(make, until, "score_run") as begun:
            await begun()
            worker.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(worker.wait, 30) == 0
    assert rows("SELECT status FROM score_run") == [("succeeded",)]
    assert rows("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'process'") == [(0,)]


async def test_a_worker_that_was_thought_dead_finishes_and_nothing_is_done_twice(
    urls, make, client, until, rows
):
    make.history(make.tenant(), 60)
    assert (await client.post(**ASKED)).status_code == 202
    doing = "SELECT attempts, status FROM procrastinate_jobs WHERE task_name = 'process'"
    with working(urls.app, "Pulse(beat=1000)"):
        async with held(make, until, "score_run") as begun:
            await begun()
            # What a clock that is set forward does to signs of life.
            silent = "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"
            with working(urls.app, LATER), psycopg.connect(urls.owner, autocommit=True) as owner:
                owner.execute(silent)
                await until(doing, (1, "doing"))
        with working(urls.app, LATER):
            await until(doing)
    assert rows("SELECT id, status, error FROM score_run") == [(1, "succeeded", None)]
    assert rows("SELECT run_id FROM score_current") == [(1,)]


async def test_a_run_that_lost_the_database_is_tried_again(
    urls, make, client, worker, until, rows, monkeypatch
):
    monkeypatch.setattr("jobs.retrying._PAUSE", 0)
    make.history(make.tenant(), 60)
    async with held(make, until, "score_run") as begun:
        assert (await client.post(**ASKED)).status_code == 202
        await begun()
        with psycopg.connect(urls.admin, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cdp work'"
            )
    await until("SELECT id, status, error FROM score_run", (1, "succeeded", None))


def test_an_attempt_that_was_replaced_writes_nothing_more(urls, make, rows):
    make.history(make.tenant(), 20)
    make.owner.execute(
        "INSERT INTO score_run (tenant_id, status, analyses, as_of, as_of_requested, step) "
        "VALUES (56, 'queued', '{rfm}', now(), 'now', '')"
    )
    with connect_for_work(urls.app) as work:
        control = Control(work, 56, lambda step, share: None)
        asked = Request.of(["rfm"], "now")
        as_of = asked.instant("Europe/London", None)
        first = control.start(asked, as_of, 1)
        control.put_back(first)
        second = control.start(asked, as_of, 1)
        with work.transaction(56), pytest.raises(ConflictError, match="Another attempt"):
            first.claim(work)
        with work.transaction(56):
            second.claim(work)
        control.progress(first, "of the first", 0.9)
        control.failed(first, "Late.")
    assert rows("SELECT status, step, error FROM score_run") == [("running", "reading orders", None)]


def test_a_run_without_a_job_that_was_killed_is_failed_by_the_next(urls, make, rows):
    make.history(make.tenant(), 20)
    make.owner.execute(
        "INSERT INTO score_run (tenant_id, status, analyses, as_of, as_of_requested, step) "
        "VALUES (56, 'running', '{rfm}', now(), 'now', 'analysing')"
    )
    process(urls.app, 56, Request.of(None, "latest"))
    assert rows("SELECT status, error FROM score_run ORDER BY id") == [
        ("failed", "The run was interrupted."),
        ("succeeded", None),
    ]


HALVED = """
import asyncio, runpy, sys
import jobs.worker

async def die(*given):
    await asyncio.sleep(0.2)
    raise RuntimeError("lost")

setattr(jobs.worker, sys.argv[1], die)
sys.argv = ["cdp", "worker"]
runpy.run_module("cli", run_name="__main__")
"""


@pytest.mark.parametrize("part", ["_fetch", "rescue", "_compute"])
def test_a_worker_of_which_a_part_dies_ends_and_says_so(urls, make, part):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "CDP_DATABASE_URL": urls.app}
    command = [sys.executable, "-c", HALVED, part]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "lost" in done.stderr


async def test_what_ends_of_a_worker_is_shown():
    shown = []

    async def ends():
        await asyncio.sleep(0)

    async def stays():
        await asyncio.Event().wait()

    with pytest.raises(UnavailableError, match="fetching"):
        await together(
            "computing", {"computing": stays(), "fetching": ends()}, lambda *each: shown.append(each)
        )
    assert shown == [("computing", True), ("fetching", True), ("computing", True), ("fetching", False)]
    shown.clear()
    await together("computing", {"computing": ends(), "fetching": stays()}, lambda *each: shown.append(each))
    assert shown[2:] == [("computing", False), ("fetching", True)]
