"""Pages of a list in every order, both ways, against the plain table sorted by hand."""

from datetime import UTC, datetime, timedelta
from functools import cmp_to_key
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Numeric, Text, cast, func, select

from kit.db import TENANT
from kit.errors import InvalidInputError, TimedOutError
from kit.page import DECIMAL, INSTANT, INTEGER, TEXT
from models import TABLES
from resolvers.keyset import KeysetList
from resolvers.sorting import Order, SortKey

CUSTOMERS = TABLES["customer"]
DAYS = [None, 3, 1, 1, None, 2, 3, 3, None, 1, 2, 1, 0]


class Row(NamedTuple):
    id: int
    first_name: str | None
    created_at: datetime | None
    external_id: str


COLUMNS = [CUSTOMERS.c[name] for name in Row._fields]
ROWS = select(*COLUMNS).where(CUSTOMERS.c.tenant_id == TENANT)
DIRECT = KeysetList("people", CUSTOMERS, ROWS, Row)
BY_KEYS = KeysetList(
    "people", CUSTOMERS, ROWS, Row, keys=select(CUSTOMERS.c.id).where(CUSTOMERS.c.tenant_id == TENANT)
)


def joined(*, down):
    return SortKey("joined", CUSTOMERS.c.created_at, INSTANT, nullable=True, descending=down)


def named(*, down):
    return SortKey("named", CUSTOMERS.c.first_name, TEXT, nullable=True, descending=down)


def numbered(*, down):
    return SortKey("numbered", cast(CUSTOMERS.c.external_id, Numeric) / 3, DECIMAL, descending=down)


MAKERS = {
    "created_at": joined,
    "first_name": named,
    "external_id": numbered,
}
ORDERS = [
    [],
    [("created_at", False)],
    [("created_at", True)],
    [("external_id", True)],
    [("created_at", True), ("first_name", False)],
    [("created_at", False), ("first_name", True)],
    [("first_name", True), ("created_at", True)],
    [("external_id", False), ("created_at", True)],
    [("first_name", False), ("external_id", True)],
]


def in_order(rows, keys):
    """The rows sorted one pair at a time, nulls last whichever way."""

    def compare(one, other):
        for name, down in [*keys, ("id", keys[-1][1] if keys else False)]:
            mine, theirs = getattr(one, name), getattr(other, name)
            if mine == theirs:
                continue
            if mine is None or theirs is None:
                return 1 if mine is None else -1
            if name == "external_id":
                mine, theirs = int(mine), int(theirs)
            return (-1 if mine < theirs else 1) * (-1 if down else 1)
        return 0

    return sorted(rows, key=cmp_to_key(compare))


@pytest.fixture
def people(make):
    make.tenant()
    make.tenant(57)
    start = datetime(2024, 1, 1, 0, 0, 0, 1, tzinfo=UTC)
    for number, day in enumerate(DAYS):
        at = None if day is None else start + timedelta(microseconds=day)
        name = None if number % 4 == 0 else "abc"[number % 3]
        for tenant in (56, 57):
            make.customer(tenant, str(number), created_at=at, first_name=name)
    rows = make.owner.execute(
        "SELECT id, first_name, created_at, external_id FROM customer WHERE tenant_id = 56"
    ).fetchall()
    return [Row(*each) for each in rows]


async def walk(ctx, of, order, size, *, backwards, where=None):
    found: list[Any] = []
    cursor = None
    while True:
        arguments: dict[str, Any] = (
            {"last": size, "before": cursor} if backwards else {"first": size, "after": cursor}
        )
        page = await of.page(ctx, 56, **arguments, order=order, where=where, with_total=True)
        found = [*page.rows, *found] if backwards else [*found, *page.rows]
        assert page.total == (len(DAYS) if where is None else 5)
        if not (page.has_previous if backwards else page.has_next):
            return found
        cursor = page.cursors[0] if backwards else page.cursors[-1]


@pytest.mark.parametrize("of", [DIRECT, BY_KEYS], ids=["direct", "by keys"])
@pytest.mark.parametrize("keys", ORDERS, ids=str)
async def test_pages_of_any_size_hold_the_sorted_list_both_ways(ctx, people, keys, of):
    order = Order.of("people", CUSTOMERS.c.id, *(MAKERS[name](down=down) for name, down in keys))
    wanted = in_order(people, keys)
    for size in (1, 2, 3, 5, 13, 20):
        for backwards in (False, True):
            assert await walk(ctx, of, order, size, backwards=backwards) == wanted, (size, backwards)


@pytest.mark.parametrize("of", [DIRECT, BY_KEYS], ids=["direct", "by keys"])
@pytest.mark.parametrize("keys", ORDERS, ids=str)
async def test_between_two_cursors_lies_what_the_sorted_list_has_between_them(ctx, people, keys, of):
    order = Order.of("people", CUSTOMERS.c.id, *(MAKERS[name](down=down) for name, down in keys))
    wanted = in_order(people, keys)
    cursors = (await of.page(ctx, 56, first=20, order=order)).cursors
    for start, stop in [(0, 12), (0, 1), (3, 3), (9, 4), (1, 6), (5, 11), (10, 12)]:
        between = wanted[start + 1 : stop] if start < stop else []
        for size in (1, 3, 20):
            bounds: dict[str, Any] = {"after": cursors[start], "before": cursors[stop], "order": order}
            ahead, back = (
                await of.page(ctx, 56, first=size, **bounds),
                await of.page(ctx, 56, last=size, **bounds),
            )
            assert ahead.rows == between[:size], (start, stop, size)
            assert back.rows == between[-size:], (start, stop, size)
    for place in range(len(wanted)):
        upto = await of.page(ctx, 56, first=3, before=cursors[place], order=order)
        since = await of.page(ctx, 56, last=3, after=cursors[place], order=order)
        assert (upto.rows, since.rows) == (wanted[:place][:3], wanted[place + 1 :][-3:])


async def test_a_condition_holds_for_rows_and_total(ctx, people):
    order = Order.of("people", CUSTOMERS.c.id, joined(down=True))
    few = [each for each in people if each.external_id < "2"]
    where = CUSTOMERS.c.external_id < "2"
    for of in (DIRECT, BY_KEYS):
        found = await walk(ctx, of, order, 2, backwards=True, where=where)
        assert found == in_order(few, [("created_at", True)])


async def test_a_cursor_of_another_order_is_refused_by_the_arguments_name(ctx, people):
    down, up = (Order.of("people", CUSTOMERS.c.id, joined(down=each)) for each in (True, False))
    page = await DIRECT.page(ctx, 56, first=1, order=down)
    for argument in ("after", "before"):
        given: dict[str, Any] = {argument: page.cursors[0]}
        with pytest.raises(InvalidInputError) as error:
            await DIRECT.page(ctx, 56, order=up, **given)
        assert error.value.field == argument


@pytest.mark.parametrize("number", [2**63 - 1, 1 - 2**63, 2**31])
async def test_a_cursor_of_extremes_is_only_an_end_of_the_list(ctx, people, number):
    order = Order.of("people", CUSTOMERS.c.id, SortKey("number", CUSTOMERS.c.id, INTEGER))
    page = await DIRECT.page(ctx, 56, order=order, after=order.cursors.write((number, number)))
    assert len(page.rows) in (0, len(DAYS))


async def test_a_page_past_its_time_is_told_and_the_request_goes_on(ctx, people):
    slow = func.pg_sleep(CUSTOMERS.c.id * 0 + 1).cast(Text) == ""
    with pytest.raises(TimedOutError, match="too long"):
        await DIRECT.page(ctx, 56, where=slow, within=0.05)
    page = await DIRECT.page(ctx, 56, first=1)
    with pytest.raises(TimedOutError):
        await DIRECT.page(ctx, 56, where=slow, within=0.05)
    assert await DIRECT.page(ctx, 56, first=1) == page


async def test_the_time_of_one_statement_does_not_bind_the_next(ctx, people):
    quick = await DIRECT.page(ctx, 56, first=3, within=0.2)
    slow = func.pg_sleep(CUSTOMERS.c.id * 0 + 0.04).cast(Text) == ""
    assert (await DIRECT.page(ctx, 56, first=20, where=slow)).rows[:3] == quick.rows
