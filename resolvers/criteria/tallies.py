"""What customers' orders or events come to: tables with a row for each customer who has any."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Label,
    Subquery,
    bindparam,
    case,
    func,
    literal_column,
    select,
)

from kit.db import TENANT
from kit.page import DAY, DECIMAL, INTEGER, Kind
from models import TABLES
from resolvers.criteria.days import days_ago, local_day, start_of
from resolvers.criteria.fields import Field, Source
from resolvers.criteria.tree import Tally, Window
from resolvers.standing import CUSTOMERS

_ORDERS, _EVENTS, _RATES, _TENANTS = (
    TABLES[name] for name in ("customer_order", "event", "exchange_rate", "tenant")
)


def _aggregate(name: str, kind: Kind, meaning: str) -> Field:
    return Field(name, literal_column(name), kind, meaning, Source.TALLIED)


_ALL = (
    _aggregate("count", INTEGER, "How many there are"),
    _aggregate("sum", DECIMAL, "What they come to less linked refunds, in the tenant's currency"),
    _aggregate("first", DAY, "The tenant's day of the first one"),
    _aggregate("last", DAY, "The tenant's day of the last one"),
)
OF_ORDERS = {field.name: field for field in _ALL}
OF_EVENTS = {name: field for name, field in OF_ORDERS.items() if name != "sum"}
"""What a tally may be compared by."""

_OWN_CURRENCY = select(_TENANTS.c.currency).where(_TENANTS.c.id == TENANT).scalar_subquery()
_NET = _ORDERS.c.amount - _ORDERS.c.refunded
_RATE = (
    select(_RATES.c.rate)
    .where(
        _RATES.c.tenant_id == TENANT,
        _RATES.c.currency == _ORDERS.c.currency,
        _RATES.c.valid_on <= local_day(_ORDERS.c.placed_at),
    )
    .order_by(_RATES.c.valid_on.desc())
    .limit(1)
    .correlate(_ORDERS)
    .scalar_subquery()
)
_SUM = func.sum(case((_ORDERS.c.currency == _OWN_CURRENCY, _NET), else_=_NET * _RATE))


def orders_of(tally: Tally, among: ColumnElement[Any] | None) -> Subquery:
    """Paid orders by customer, of all or of the customers `among` an array."""
    at = _ORDERS.c.placed_at
    chosen = [_ORDERS.c.tenant_id == TENANT, _ORDERS.c.status == "paid", *_within(at, tally.window)]
    return _grouped(tally, _ORDERS.c.customer_id, at, chosen, among)


def events_of(tally: Tally, among: ColumnElement[Any] | None, where: ColumnElement[bool] | None) -> Subquery:
    """Events of a type by customer, those that meet `where`, of all or of the customers `among` an array."""
    at = _EVENTS.c.occurred_at
    chosen = [_EVENTS.c.tenant_id == TENANT, _EVENTS.c.event_type == tally.event, *_within(at, tally.window)]
    return _grouped(tally, _EVENTS.c.customer_id, at, chosen if where is None else [*chosen, where], among)


def joined(source: FromClause, tables: Iterable[Subquery]) -> FromClause:
    """The customers of a source, each with its row of each table, or without."""
    for each in tables:
        source = source.outerjoin(each, each.c.customer_id == CUSTOMERS.c.id)
    return source


def compared(field: Field, table: Subquery) -> Field:
    """The field as it stands in a table; who has no row there has none, which comes to nothing."""
    column: ColumnElement[Any] = table.c[field.name]
    return replace(field, column=column if field.kind is DAY else func.coalesce(column, 0))


def _grouped(
    tally: Tally,
    customer: ColumnElement[Any],
    at: ColumnElement[Any],
    chosen: list[ColumnElement[bool]],
    among: ColumnElement[Any] | None,
) -> Subquery:
    made: dict[str, Label[Any]] = {
        "count": func.count().label("count"),
        "sum": _SUM.label("sum"),
        "first": local_day(func.min(at)).label("first"),
        "last": local_day(func.max(at)).label("last"),
    }
    named = dict.fromkeys(each.field.name for each in tally.compared)
    whose = customer.is_not(None) if among is None else customer == among
    found = select(customer.label("customer_id"), *(made[name] for name in named))
    return found.where(*chosen, whose).group_by(customer).subquery()


def _within(at: ColumnElement[Any], window: Window) -> list[ColumnElement[bool]]:
    if window.within_days is not None:
        return [at >= start_of(days_ago(window.within_days)), at <= func.now()]
    bounds = []
    if window.since:
        bounds.append(at >= start_of(_day(window.since)))
    if window.until:
        bounds.append(at < start_of(_day(window.until + timedelta(days=1))))
    return bounds


def _day(value: Any) -> ColumnElement[Any]:
    return bindparam(None, value, type_=Date, unique=True)
