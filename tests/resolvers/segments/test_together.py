"""All dynamic segments after a run: those of a pass are what each would be alone, whatever else fails."""

from typing import Any, ClassVar

import psycopg
import pytest
from psycopg.types.json import Jsonb
from sqlalchemy import select
from structlog.testing import capture_logs

from kit.db import Work, connect_for_work, prepare
from models.score import RISKS, SEGMENTS, TIERS
from resolvers.criteria import compile_criteria, parse
from resolvers.processing.process import process
from resolvers.processing.request import Request
from resolvers.segments import together

PLAIN = [
    *({"rfm_segment": each} for each in SEGMENTS),
    *({"clv_tier": each} for each in TIERS),
    *({"churn_risk": each, "email": {"starts_with": "c1"}} for each in RISKS),
    {"not": {"churn_risk": "active"}},
    {"any": [{"frequency": {"gte": 4}}, {"external_id": "C7"}]},
    {"frequency": {"exists": False}},
    {"all": [{"monetary": {"between": [50, 500]}}, {"not": {"recency_days": {"lt": 30}}}]},
    *({"monetary": {"gte": 25 * each}} for each in range(45)),
]
TALLIED = {"orders": {"count": {"gte": 3}}}


@pytest.fixture
def shop(urls, make):
    """Tenant 56, scored as of September; segments are made by `make_segments`."""
    make.history(make.tenant(), 300)
    process(urls.app, 56, Request.of(None, "2025-09-01"))
    return make


def make_segments(shop, criteria):
    return [
        shop._insert(
            "segment", ["tenant_id", "name", "type", "criteria"], [56, f"s{n}", "dynamic", Jsonb(each)]
        )
        for n, each in enumerate(criteria)
    ]


def members(shop, number):
    found = shop.owner.execute(
        "SELECT customer_id FROM segment_member WHERE segment_id = %s ORDER BY 1", [number]
    ).fetchall()
    ((count, refreshed),) = shop.owner.execute(
        "SELECT member_count, refreshed_at IS NOT NULL FROM segment WHERE id = %s", [number]
    ).fetchall()
    assert count == len(found)
    assert refreshed
    return [each for (each,) in found]


def alone(urls, criteria):
    """Who meets criteria, by a statement of their own."""
    condition = compile_criteria(parse(criteria))
    source, number = condition.source
    statement = prepare(
        select(number).select_from(source).where(condition.tenant, condition.clause).order_by(number)
    )
    with connect_for_work(urls.app) as work, work.transaction(56):
        return [each for (each,) in work.run(statement)]


def test_the_members_are_those_that_each_would_have_alone(shop, urls):
    assert len(PLAIN) > together._AT_ONCE
    numbers = make_segments(shop, PLAIN)
    for day in ("2025-10-01", "2026-01-01"):
        process(urls.app, 56, Request.of(None, day))
        sizes = set()
        for number, criteria in zip(numbers, PLAIN, strict=True):
            found = members(shop, number)
            assert found == alone(urls, criteria), criteria
            sizes.add(len(found))
        assert len(sizes) > 10


def test_who_stays_stays_since_the_same_instant(shop, urls):
    (number,) = make_segments(shop, [{"recency_days": {"lte": 60}}])
    see = "SELECT customer_id, added_at FROM segment_member WHERE segment_id = %s"
    process(urls.app, 56, Request.of(None, "2025-10-01"))
    before = dict(shop.owner.execute(see, [number]).fetchall())
    process(urls.app, 56, Request.of(None, "2025-11-01"))
    after = dict(shop.owner.execute(see, [number]).fetchall())
    stayed = before.keys() & after.keys()
    assert stayed
    assert before.keys() - after.keys()
    assert all(after[each] > max(before.values()) for each in after.keys() - stayed)
    assert all(after[each] == before[each] for each in stayed)


def test_one_that_fails_fails_no_other(shop, urls):
    numbers = make_segments(shop, [*PLAIN[:3], {"frequency": {"gte": "x"}}, TALLIED])
    with capture_logs() as logs:
        process(urls.app, 56, Request.of(None, "2026-01-01"))
    assert [each["segment"] for each in logs if each["event"] == "segment not refreshed"] == [numbers[3]]
    for number, criteria in zip(numbers[:3], PLAIN, strict=False):
        assert members(shop, number) == alone(urls, criteria)
    assert members(shop, numbers[4]) == alone(urls, TALLIED)


def test_where_the_pass_fails_each_is_worked_out_alone(shop, urls, monkeypatch):
    def fail(*_):
        raise psycopg.errors.QueryCanceled

    monkeypatch.setattr(together, "_wanted", fail)
    numbers = make_segments(shop, PLAIN[:4])
    with capture_logs() as logs:
        process(urls.app, 56, Request.of(None, "2026-01-01"))
    assert [each["event"] for each in logs if "refreshed" in each["event"]] == [
        "segments not refreshed together"
    ]
    for number, criteria in zip(numbers, PLAIN, strict=False):
        assert members(shop, number) == alone(urls, criteria)


class Counting(Work):
    """Notes the statements that it runs."""

    sent: ClassVar[list[str]] = []

    def _execute(self, statement: Any, values: Any) -> Any:
        self.sent.append(statement.text)
        return super()._execute(statement, values)

    def stream(self, statement: Any, values: Any) -> Any:
        self.sent.append(statement.text)
        return super().stream(statement, values)


def test_the_customers_are_read_once_for_all_segments_of_a_pass(shop, urls):
    numbers = make_segments(shop, PLAIN[:20])
    with connect_for_work(urls.app) as plain:
        work = Counting(plain.connection)
        together.refresh_all(work, 56)
    assert len(work.sent) <= 2 * len(numbers) + 8
    assert sum("CASE" in each for each in work.sent) == 1
