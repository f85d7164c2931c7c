"""The history of segments: replayed it comes to what is, and taken back to what was at any instant."""

import random
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise

import pytest

from kit.db import connect_for_work
from kit.errors import InvalidInputError, NotFoundError
from models.segment_change import CLASSES
from resolvers import customer_list, segment_changes, segments
from resolvers.customer_list import CustomerQuery
from resolvers.processing.process import process
from resolvers.processing.request import Request
from resolvers.segment_changes import START
from resolvers.segments import SegmentChanges
from resolvers.segments.members import put
from resolvers.segments.write import LOCK

SEEN = {
    "segment": "SELECT segment_id, customer_id FROM segment_member WHERE tenant_id = 56",
    "rfm_segment": "SELECT segment, customer_id FROM {scores} AND segment IS NOT NULL",
    "clv_tier": "SELECT clv_tier, customer_id FROM {scores} AND clv_tier IS NOT NULL",
    "churn_risk": "SELECT churn_risk, customer_id FROM {scores} AND churn_risk IS NOT NULL",
}
SCORES = "customer_score WHERE tenant_id = 56 AND run_id = (SELECT run_id FROM score_current)"


class Story:
    """Tenant 56, to which things happen; `seen` holds who was in what after each of them, and when."""

    def __init__(self, ctx, urls, make) -> None:
        self.ctx, self.urls, self.make = ctx, urls, make
        self.numbers: list[int] = []
        self.deleted = 0
        self.seen: list[tuple[object, dict[str, dict[object, set[int]]]]] = []

    def look(self):
        now = self.make.owner.execute("SELECT clock_timestamp()").fetchone()[0]
        found = {}
        for kind, query in SEEN.items():
            held = defaultdict(set)
            for key, customer in self.make.owner.execute(query.format(scores=SCORES)):
                held[key].add(customer)
            found[kind] = dict(held)
        self.seen.append((now, found))

    def run(self, day, *, buying=()):
        for each in buying:
            self.make.order(56, each, day, 900)
        process(self.urls.app, 56, Request.of(None, day, force=True))
        self.look()

    async def create(self, name, criteria=None):
        kind = "static" if criteria is None else "dynamic"
        made = await segments.create(self.ctx, 56, name=name, kind=kind, criteria=criteria)
        self.numbers.append(made.id)
        self.look()
        return made.id

    async def do(self, use_case, *given):
        await use_case(self.ctx, 56, *given)
        self.look()

    def bring(self, segment, customers):
        with connect_for_work(self.urls.app) as work, work.transaction(56):
            work.run(LOCK, {"segment": segment})
            put(work, 56, segment, [customers[:3], customers[3:]])
        self.look()


@pytest.fixture
async def story(ctx, urls, make):
    """Runs, segments made and changed in all ways there are, one of them deleted."""
    told = Story(ctx, urls, make)
    make.history(make.tenant(), 120)
    told.run("2025-06-01")
    chance = random.Random(11)
    often = await told.create("often", {"frequency": {"gte": 3}})
    lately = await told.create("lately", {"recency_days": {"lte": 60}})
    bought = await told.create("bought", {"orders": {"count": {"gte": 4}}})
    hand = await told.create("by hand")
    gone = await told.create("gone", {"clv_tier": "high"})
    await told.do(segments.add_members, hand, chance.sample(range(1, 121), 20))
    told.run("2025-09-01", buying=range(1, 121, 7))
    await told.do(segments.remove_members, hand, chance.sample(range(1, 121), 60))
    await told.do(segments.update, often, SegmentChanges(criteria={"frequency": {"gte": 2}}))
    told.bring(hand, chance.sample(range(1, 121), 30))
    for customer in range(1, 121):
        make.order(56, customer, "2025-09-02", 10)
    await told.do(segments.refresh, bought)
    told.deleted = len(told.seen[-1][1]["segment"][gone])
    await told.do(segments.delete, gone)
    told.numbers.remove(gone)
    await told.do(segments.add_members, hand, chance.sample(range(1, 121), 20))
    told.run("2026-01-10", buying=range(1, 121, 5))
    assert {often, lately, bought, hand} == set(told.numbers)
    return told


async def feed(ctx):
    found, position = [], START
    while rows := await segment_changes.after(ctx, 56, position, 1000):
        found += rows
        position = rows[-1].position
    return found


async def test_the_feed_replayed_comes_to_the_members_after_every_step(story):
    await story.ctx.refresh()
    rows = iter(await feed(story.ctx))
    row = next(rows, None)
    held = {kind: {key: {*of} for key, of in story.seen[0][1][kind].items()} for kind in SEEN}
    for at, expected in story.seen:
        while row is not None and row.at <= at:
            before, after = (
                (row.from_segment, row.to_segment)
                if row.kind in CLASSES
                else (None, row.segment_id)
                if row.entered
                else (row.segment_id, None)
            )
            if before is not None:
                held[row.kind][before].remove(row.customer_id)
            if after is not None:
                assert row.customer_id not in held[row.kind].setdefault(after, set())
                held[row.kind][after].add(row.customer_id)
            row = next(rows, None)
        assert {kind: {key: of for key, of in keys.items() if of} for kind, keys in held.items()} == expected
    assert row is None


async def test_every_change_has_its_reason_and_the_run_that_found_it(story):
    await story.ctx.refresh()
    rows = await feed(story.ctx)
    told = Counter((row.reason, row.action) for row in rows if row.kind == "segment")
    assert {reason for reason, _ in told} == {
        *("run", "created", "criteria_changed", "refreshed", "added", "removed", "imported", "deleted")
    }
    assert told["deleted", "exit"] == story.deleted > 0
    assert {row.run_id for row in rows if row.reason == "run"} == {2, 3}
    assert {row.run_id for row in rows if row.reason != "run"} == {None}
    assert {row.action for row in rows if row.kind in CLASSES} >= {"move"}


async def members(story, row, at):
    query = await segments.members_as_of(story.ctx, 56, row, at, CustomerQuery())
    page = await customer_list.page(story.ctx, 56, query, first=1000, with_total=True)
    assert page.total == len(page.rows)
    return {each.id for each in page.rows}


async def test_members_as_of_an_instant_are_who_was_in_it_then(story):
    await story.ctx.refresh()
    everything = (await segments.page(story.ctx, 56, first=100)).rows
    assert len(everything) == len(story.numbers) + 18
    for at, expected in story.seen[2::4]:
        for row in everything:
            kind, _, name = (row.builtin or "segment").partition(":")
            assert await members(story, row, at) == expected[kind].get(name or row.id, set()), (at, row.name)


@pytest.mark.parametrize("kind", [*CLASSES, None])
async def test_the_matrix_between_two_instants_counts_who_went_where(story, kind):
    await story.ctx.refresh()
    moments = [*story.seen[5:], story.seen[-1]]
    for (since, before), (until, after) in [*pairwise(story.seen), (moments[0], moments[-1])]:
        if since == until:
            continue
        old = before[kind or "segment"], after[kind or "segment"]
        pairs: Counter[tuple[object, object]] = Counter()
        for customer in range(1, 121):
            was, now = (
                [key for key, of in keys.items() if customer in of and (kind or key in story.numbers)]
                for keys in old
            )
            if was or now:
                pairs.update((b, a) for b in was or [None] for a in now or [None])
        given = {"kind": kind} if kind else {"segments": story.numbers}
        cells = await segments.migration(story.ctx, 56, since=since, until=until, **given)
        assert {(each.origin, each.destination): each.customers for each in cells} == dict(pairs)


async def test_what_is_not_known_is_refused_and_says_from_when_on_it_is(story, make):
    await story.ctx.refresh()
    now = story.seen[-1][0]
    row = await segments.get(story.ctx, 56, story.numbers[0])
    assert await members(story, row, row.created_at - timedelta(days=1)) == set()
    with pytest.raises(InvalidInputError, match="asOf is to come"):
        await members(story, row, now + timedelta(days=1))
    make.owner.execute("UPDATE segment SET created_at = '2020-01-01' WHERE id = %s", [row.id])
    await story.ctx.refresh()
    row = await segments.get(story.ctx, 56, row.id)
    with pytest.raises(InvalidInputError, match=r"asOf: who was in it is told from 20..-"):
        await members(story, row, row.created_at)
    tier = next(each for each in (await segments.page(story.ctx, 56)).rows if each.builtin == "clv_tier:high")
    with pytest.raises(InvalidInputError, match="is told from"):
        await members(story, tier, row.created_at)
    earlier, own = now - timedelta(seconds=1), story.numbers
    for given, field in (
        ({"since": now, "until": now, "kind": "clv_tier"}, "from"),
        ({"since": earlier, "until": now + timedelta(days=1), "kind": "clv_tier"}, "to"),
        ({"since": row.created_at, "until": now, "kind": "clv_tier"}, "from"),
        ({"since": row.created_at, "until": now, "segments": own}, "from"),
        ({"since": earlier, "until": now}, "kind"),
        ({"since": earlier, "until": now, "kind": "clv_tier", "segments": own}, "kind"),
        ({"since": earlier, "until": now, "segments": [tier.id]}, "segmentIds"),
        ({"since": earlier, "until": now, "segments": list(range(1, 22))}, "segmentIds"),
    ):
        with pytest.raises(InvalidInputError) as raised:
            await segments.migration(story.ctx, 56, **given)
        assert raised.value.field == field, given
    with pytest.raises(NotFoundError):
        await segments.migration(story.ctx, 56, since=earlier, until=now, segments=[999])
