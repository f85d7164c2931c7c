"""Conditions on orders, events and attributes, against the same worked out by hand from the rows."""

import operator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb
from sqlalchemy import BigInteger, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import TENANT, connect_for_work, prepare
from resolvers.criteria import FROM, compile_criteria, joined, parse
from resolvers.standing import CUSTOMERS

LIMA = ZoneInfo("America/Lima")
TODAY = datetime.now(LIMA).replace(hour=12, minute=0, second=0, microsecond=0)
COMPARED = {"eq": operator.eq, "gte": operator.ge, "gt": operator.gt, "lte": operator.le, "lt": operator.lt}
PAGES = ["/a", "/b", 3, True, None]
CITIES = ["Lima", "lima", 7, Decimal("7.5"), True, None]


@pytest.fixture
def shop(make):
    """Twelve customers of tenant 56, in Lima, with orders and events, and one of 57 with as many."""
    make.tenant(56, currency="PEN", time_zone="America/Lima")
    make.tenant(57)
    make.rate(56, "USD", "2000-01-01", "4")
    make.rate(57, "USD", "2000-01-01", "100")
    found, message = {}, count()
    for each in range(12):
        city = CITIES[each % 6]
        attributes = {} if each == 11 else {"city": float(city) if isinstance(city, Decimal) else city}
        customer = make.customer(56, f"C{each}", attributes=Jsonb(attributes))
        orders, events = [], []
        for nth in range(each % 4):
            at = TODAY - timedelta(days=20 * nth + each)
            currency, status = ("PEN", "USD", "EUR")[nth % 3], ("paid", "paid", "cancelled")[(each + nth) % 3]
            orders.append((at, Decimal(10 + nth), currency, status))
            make.order(56, customer, at.isoformat(), 12 + nth, refunded=2, currency=currency, status=status)
        for nth in range(each % 5):
            at, page = TODAY - timedelta(days=15 * nth + each), PAGES[(each + nth) % 5]
            kind = ("page_view", "purchase")[nth % 2]
            events.append((at, kind, page))
            _event(make, 56, customer, at, kind, page, next(message))
        found[customer] = {"orders": orders, "events": events, "city": attributes.get("city")}
    theirs = make.customer(57, "C0")
    make.order(57, theirs, TODAY.isoformat(), 5)
    _event(make, 57, theirs, TODAY, "page_view", "/a", next(message))
    _event(make, 56, None, TODAY, "page_view", "/a", next(message))
    make.order(56, None, TODAY.isoformat(), 5, currency="PEN")
    return found


def _event(make, tenant, customer, at, kind, page, message):
    month = at.astimezone(UTC).date().replace(day=1)
    make.owner.execute("SELECT event_partition_ensure(%s)", [month])
    make.owner.execute(
        "INSERT INTO event (tenant_id, occurred_at, message_id, customer_id, event_type, properties) "
        "VALUES (%s, %s, %s, %s, %s, %s)",
        [tenant, at, str(message), customer, kind, Jsonb({"page": page})],
    )


def tallied(rows, compared):
    """Whether amounts at instants meet comparisons of their count, sum, first and last."""
    days = [at.date() for at, *_ in rows]
    values = {
        "count": len(rows),
        "sum": sum((amount for _, amount in rows), Decimal(0)),
        "first": min(days, default=None),
        "last": max(days, default=None),
    }
    return all(_holds(values[name], comparison, value) for name, comparison, value in compared)


def _holds(value, comparison, given):
    if value is None:
        return False
    if comparison == "more_than_days_ago":
        return value < TODAY.date() - timedelta(days=given)
    return COMPARED[comparison](value, type(value)(given))


AMOUNTS = st.tuples(st.sampled_from(["sum"]), st.sampled_from([*COMPARED]), st.sampled_from([0, 10, 44, 54]))
COUNTS = st.tuples(st.sampled_from(["count"]), st.sampled_from([*COMPARED]), st.integers(0, 4))
DAYS = st.tuples(st.sampled_from(["first", "last"]), st.just("more_than_days_ago"), st.integers(0, 60))
WINDOWS = st.one_of(st.none(), st.integers(0, 70))


def _aggregates(found):
    return {name: {comparison: value} for name, comparison, value in found}


def met(work, criteria):
    """Who meets criteria, in the three ways in which a statement may ask."""
    condition = compile_criteria(parse(criteria))
    source, number = condition.source
    whole = select(number).select_from(source).where(condition.tenant, condition.clause)
    listed = select(CUSTOMERS.c.id).where(CUSTOMERS.c.tenant_id == TENANT, condition.of_customers)
    some = any_(bindparam("ids", type_=ARRAY(BigInteger)))
    among = compile_criteria(parse(criteria), some)
    few = (
        select(CUSTOMERS.c.id)
        .select_from(joined(FROM[among.scored], among.tallies))
        .where(CUSTOMERS.c.tenant_id == TENANT, CUSTOMERS.c.id == some, among.clause)
    )
    with work.transaction(56):
        found = {number for (number,) in work.run(prepare(whole))}
        assert found == {number for (number,) in work.run(prepare(listed))}
        asked = sorted(found)[:3]
        assert {number for (number,) in work.run(prepare(few), {"ids": asked})} == set(asked)
    return found


def test_orders_come_to_what_they_come_to(urls, shop):
    with connect_for_work(urls.app) as work:

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        @given(
            st.lists(AMOUNTS | COUNTS | DAYS, min_size=1, max_size=2, unique_by=lambda each: each[0]), WINDOWS
        )
        def check(compared, within):
            criteria = {"orders": _aggregates(compared) | ({} if within is None else {"within_days": within})}
            found = set()
            for customer, told in shop.items():
                rates = {"PEN": Decimal(1), "USD": Decimal(4), "EUR": Decimal(0)}
                rows = [
                    (at, amount * rates[currency])
                    for at, amount, currency, status in told["orders"]
                    if status == "paid" and _within(at, within)
                ]
                if tallied(rows, compared):
                    found.add(customer)
            assert met(work, criteria) == found
            assert met(work, {"not": criteria}) == shop.keys() - found

        check()


def test_events_count_by_their_properties(urls, shop):
    with connect_for_work(urls.app) as work:

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        @given(
            COUNTS | DAYS, WINDOWS, st.sampled_from(["/a", 3, True, ["/a", "/b"], {"exists": False}, None])
        )
        def check(compared, within, page):
            criteria = {"event": "page_view"} | _aggregates([compared])
            criteria |= {} if within is None else {"within_days": within}
            criteria |= {} if page is None else {"where": {"page": page}}
            found = set()
            for customer, told in shop.items():
                rows = [
                    (at, Decimal(0))
                    for at, kind, seen in told["events"]
                    if kind == "page_view" and _within(at, within) and _seen(page, seen)
                ]
                if tallied(rows, [compared]):
                    found.add(customer)
            assert met(work, {"any": [criteria]}) == found

        check()


def _within(at, days):
    now = datetime.now(LIMA)
    return days is None or (at.date() >= now.date() - timedelta(days=days) and at <= now)


def _seen(asked, page):
    if asked is None:
        return True
    if asked == {"exists": False}:
        return page is None
    return any(
        type(each) is type(page) and each == page for each in (asked if isinstance(asked, list) else [asked])
    )


@pytest.mark.parametrize(
    ("asked", "cities"),
    [
        ("Lima", ["Lima"]),
        (["Lima", "lima"], ["Lima", "lima"]),
        ({"starts_with": "li"}, ["lima"]),
        (7, [7]),
        ({"gte": 7}, [7, 7.5]),
        ({"between": [7.2, 8]}, [7.5]),
        (True, [True]),
        ({"exists": False}, [None]),
        ({"not_in": ["Lima"]}, ["lima"]),
    ],
    ids=str,
)
def test_attributes_are_compared_by_their_type(urls, shop, asked, cities):
    with connect_for_work(urls.app) as work:
        found = met(work, {"attributes": {"city": asked}})
    alike = {(type(each), each) for each in cities}
    assert found == {number for number, told in shop.items() if (type(told["city"]), told["city"]) in alike}


def test_days_of_a_window_are_the_tenants(urls, make):
    """An hour before midnight in Lima, which is the next day in UTC."""
    make.tenant(56, time_zone="America/Lima")
    late = make.customer(56, "late")
    make.order(56, late, "2024-03-31T23:00:00-05:00", 5)
    with connect_for_work(urls.app) as work:
        for window, expected in (
            ({"until": "2024-03-31"}, {late}),
            ({"since": "2024-04-01"}, set()),
            ({"since": "2024-03-31", "until": "2024-03-31", "first": "2024-03-31"}, {late}),
        ):
            assert met(work, {"orders": window}) == expected


def test_an_order_of_tomorrow_is_not_within_the_last_days(urls, make):
    make.tenant(56)
    early = make.customer(56, "early")
    make.order(56, early, (datetime.now(UTC) + timedelta(days=2)).isoformat(), 5)
    with connect_for_work(urls.app) as work:
        assert met(work, {"orders": {"within_days": 30}}) == set()
        assert met(work, {"orders": {"count": 1}}) == {early}
