"""More events than can be saved: refused with 429, and what was acknowledged is there."""

import asyncio

import httpx
import psycopg
import pytest
from pydantic import SecretStr

from app import create
from kit.config import Settings

PATH = "/api/v2/cdp/events"
BODY = {"tenant_id": 56, "external_id": "ana", "event_type": "page_view"}
AT_ONCE = 60
ROOM = 20


@pytest.fixture
async def small(urls, make):
    """An application with room for some twenty small events, and a client of it."""
    make.customer(make.tenant(), "ana")
    settings = Settings(database_url=SecretStr(urls.app), event_queue=ROOM // 2)
    app = create(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            yield app, client


async def test_overload_is_answered_429_with_retry_after(small, urls, make):
    _, client = small
    with psycopg.connect(urls.owner) as other:
        other.execute("LOCK TABLE tenant IN ACCESS EXCLUSIVE MODE")
        tasks = [asyncio.create_task(client.post(PATH, json=BODY)) for _ in range(AT_ONCE)]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        first = done.pop().result()
        other.rollback()
    answers = await asyncio.gather(*tasks)
    assert first.status_code == 429
    assert int(first.headers["retry-after"]) >= 1
    assert first.json()["error"] == "Too many requests"
    saved = sum(each.status_code == 201 for each in answers)
    assert {each.status_code for each in answers} <= {201, 429, 503}
    assert sum(each.status_code == 429 for each in answers) > 0
    assert saved <= AT_ONCE // 2
    assert make.owner.execute("SELECT count(*) FROM event").fetchone() == (saved,)
    assert (await client.post(PATH, json=BODY)).status_code == 201


async def test_lines_wait_for_room_and_are_not_refused(small, make):
    _, client = small
    lines = "\n".join('{"external_id": "ana", "event_type": "page_view"}' for _ in range(3000))
    answer = await client.post(
        f"{PATH}/batch?tenant_id=56", content=lines, headers={"Content-Type": "application/x-ndjson"}
    )
    assert '"inserted":3000' in answer.text.splitlines()[-1]


async def test_stopping_saves_what_was_taken_in(urls, make):
    make.customer(make.tenant(), "ana")
    app = create(Settings(database_url=SecretStr(urls.app)))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            with psycopg.connect(urls.owner) as other:
                other.execute("LOCK TABLE tenant IN ACCESS EXCLUSIVE MODE")
                tasks = [asyncio.create_task(client.post(PATH, json=BODY)) for _ in range(20)]
                while not app.state.intake.held:  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0)
                closing = asyncio.create_task(app.state.intake.close())
                await asyncio.sleep(0)
                other.rollback()
            await closing
            saved = sum(each.status_code == 201 for each in await asyncio.gather(*tasks))
    assert saved
    assert make.owner.execute("SELECT count(*) FROM event").fetchone() == (saved,)
