"""Followers: who may, and what becomes of the slow."""

from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kit.db import connect_for_work
from kit.db.notices import Notices
from kit.errors import LaggedError, NotFoundError
from kit.page import microseconds
from resolvers.context import READ, Actor
from resolvers.live.announce import MOST_EVENTS, event_notices, events_stored
from resolvers.live.events import follow_events
from resolvers.live.moves import follow_moves
from resolvers.live.progress import follow_progress

AT = microseconds(datetime(2026, 1, 5, 10, tzinfo=UTC))


@pytest.fixture
async def notices(urls):
    opened = Notices(urls.app)
    await opened.open()
    yield opened
    await opened.close()


async def test_another_tenant_cannot_be_followed(context, make, notices):
    make.tenant(56)
    make.tenant(57)
    async with context(Actor("one", frozenset({57}), frozenset({READ}))) as opened:
        ctx = replace(opened, notices=notices)
        for stream in (
            follow_progress(ctx, 56),
            follow_moves(ctx, 56, after=None),
            follow_events(ctx, 56, types=None, customer=None),
        ):
            with pytest.raises(NotFoundError):
                await anext(stream)
    assert notices.followers == 0


async def test_a_slow_followerevent_notices_is_told_that_it_lagged(context, urls, make, notices):
    make.tenant()
    async with context() as opened:
        stream = follow_events(replace(opened, notices=notices), 56, types=None, customer=None)
        async with aclosing(stream) as events, notices.follow(56, "events", size=1_000) as fast:
            assert (await anext(events)).rows == []
            assert notices.followers == 2
            with connect_for_work(urls.app) as work, work.transaction(56):
                for number in range(101):
                    events_stored(work, 56, [(AT, f"m{number}")], 1)
            arrived = 0
            while arrived < 101:
                arrived += len((await fast.take()).notices)
            with pytest.raises(LaggedError):
                await anext(events)
    assert notices.followers == 0


def test_noticesevent_notices_fit_and_count_what_they_leave_out():
    keys = [(AT, f"{number}-" + "é" * 200) for number in range(1_200)] + [(AT, "x" * 9_000)]
    told = event_notices(56, keys, len(keys))
    assert max(len(each.encode()) for each in told) < 8_000
    assert sum(each.count("-é") for each in told) == MOST_EVENTS
    assert '"omitted":201' in told[-1]
    assert event_notices(56, keys[:1], 1)[0].count("omitted") == 0
