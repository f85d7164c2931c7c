"""Syncs followed as they go."""

import asyncio

import pytest

from kit.db.notices import Notices
from kit.errors import NotFoundError
from resolvers.live.syncs import follow_syncs
from resolvers.syncing import fetch
from resolvers.syncing.sync import sync
from tests.resolvers.syncing.conftest import INTEGRATION, TENANT, shop_of


@pytest.fixture
async def following(urls, ctx):
    notices = Notices(urls.app)
    await notices.open()
    ctx.notices = notices
    yield ctx
    await notices.close()


async def test_a_sync_is_followed_to_its_end(following, place, integration, fill, make, monkeypatch):
    monkeypatch.setattr(fetch, "BATCH", 20)
    fill(shop_of(orders=100))
    make.owner.execute("INSERT INTO integration_sync (tenant_id, integration_id) VALUES (56, 29)")
    rows = follow_syncs(following, TENANT, INTEGRATION)
    assert (await anext(rows)).status == "waiting"
    running = asyncio.create_task(sync(place, TENANT, integration))
    seen = []
    async with asyncio.timeout(30):
        async for row in rows:
            seen.append(row)
            if row.status == "succeeded":
                break
    await running
    await rows.aclose()
    assert [each.orders_done for each in seen] == sorted(each.orders_done for each in seen)
    assert seen[-1].orders_done == seen[-1].orders_total == 100
    going = [each for each in seen if each.status == "running" and each.per_second]
    assert all(each.seconds_left is not None for each in going)


async def test_it_ends_with_the_integration(following, integration, make):
    make.owner.execute("INSERT INTO integration_sync (tenant_id, integration_id) VALUES (56, 29)")
    rows = follow_syncs(following, TENANT, INTEGRATION)
    await anext(rows)
    make.owner.execute("DELETE FROM integration")
    make.owner.execute(
        """SELECT pg_notify('cdp_live', '{"tenant": 56, "kind": "sync", "integration": 29}')"""
    )
    async with asyncio.timeout(30):
        with pytest.raises(StopAsyncIteration):
            await anext(rows)


async def test_one_that_is_not_there_is_told(following, make):
    make.tenant()
    with pytest.raises(NotFoundError):
        await anext(follow_syncs(following, TENANT, 7))
