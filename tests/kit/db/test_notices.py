"""Notices: told on commit, to those who follow the tenant, in a bounded buffer."""

import asyncio

import psycopg
import pytest

from kit.db import connect_for_work
from kit.db.notices import Inbox, Notices, notice, tell, tell_from


@pytest.fixture
async def notices(urls):
    opened = Notices(urls.app)
    await opened.open()
    yield opened
    await opened.close()


async def test_what_is_committed_is_told_to_those_who_follow_it(urls, database, notices):
    async with notices.follow(56, "run", size=10) as inbox, notices.follow(57, "run", size=10) as other:
        with connect_for_work(urls.app) as work:
            with work.transaction(56):
                tell(work, [notice(56, "run", run=1)])
                raise psycopg.Rollback
            with work.transaction(56):
                tell(work, [notice(56, "run", run=2), notice(56, "moves"), notice(56, "run", run=3)])
        found = []
        while len(found) < 2:
            found += (await inbox.take()).notices
        assert [each["run"] for each in found] == [2, 3]
        async with database.write() as transaction:
            await tell_from(transaction, [notice(57, "run", run=4)])
        assert [each["run"] for each in (await other.take()).notices] == [4]
        assert (await inbox.take(0.01)).notices == []
    assert notices.followers == 0


async def test_a_lost_connection_is_made_anew_and_told(urls, notices):
    async with notices.follow(56, "run", size=10) as inbox:
        with psycopg.connect(urls.admin, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cdp live'"
            )
        assert await inbox.take() == ([], True)
        with connect_for_work(urls.app) as work, work.transaction(56):
            tell(work, [notice(56, "run", run=5)])
        assert [each["run"] for each in (await inbox.take()).notices] == [5]


async def test_nonsense_on_the_channel_harms_nobody(urls, notices):
    async with notices.follow(56, "run", size=10) as inbox:
        with psycopg.connect(urls.app, autocommit=True) as other:
            for text in ("nonsense", "[]", '{"tenant": {}, "kind": []}', notice(56, "run", run=1)):
                other.execute("SELECT pg_notify('cdp_live', %s)", [text])
        assert [each["run"] for each in (await inbox.take()).notices] == [1]


async def test_an_inbox_is_bounded_and_says_what_it_lost():
    inbox = Inbox(3)
    for number in range(4):
        inbox.put(str(number % 3), {"run": number})
    taken = await inbox.take()
    assert taken is not None
    assert len(taken.notices) == 3
    for number in range(4):
        inbox.put(str(number), {"run": number})
    assert await inbox.take() == ([], True)
    assert await inbox.take(0.01) == ([], False)


async def test_the_end_lets_all_go(notices):
    async with notices.follow(56, "run", size=10) as inbox:
        waiting = asyncio.create_task(inbox.take())
        await asyncio.sleep(0)
        notices.end()
        assert await waiting is None
    async with notices.follow(56, "run", size=10) as late:
        assert await late.take() is None
