"""Criteria as a condition of a statement: parameters hold the values, never the text."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any as Anything

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Text,
    and_,
    any_,
    bindparam,
    collate,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import TENANT
from kit.page import INSTANT, Kind
from models import TABLES
from resolvers.criteria.classes import SCORES_APART, SEGMENTS, classed
from resolvers.criteria.days import days_ago, local_day, start_of
from resolvers.criteria.fields import FROM, Field, Source
from resolvers.criteria.tallies import compared, events_of, joined, orders_of
from resolvers.criteria.tree import All, Any, Comparison, Membership, Node, Not, Tally
from resolvers.sorting import SQL_TYPES
from resolvers.standing import CUSTOMERS, SCORES, STANDING

_MEMBERS = TABLES["segment_member"]
_AFTER_ALL = "\U0010ffff"
"""The last character of Unicode: what begins with a text lies between it and it with this behind it."""


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A condition on customers: whether it speaks of their scores and of their profiles.

    `needs_score`: it does not hold of a customer without scores. `tallies` are tables of what their orders
    and events come to, which `clause` speaks of.
    """

    clause: ColumnElement[bool]
    scored: bool
    profiled: bool
    needs_score: bool
    tallies: tuple[Subquery, ...] = ()

    @property
    def source(self) -> tuple[FromClause, ColumnElement[Anything]]:
        """The least to select customers from who meet it, and the column of their ids. Name the tenant."""
        if self.needs_score and not self.profiled:
            return SCORES, SCORES.c.customer_id
        return joined(FROM[self.scored], self.tallies), CUSTOMERS.c.id

    @property
    def tenant(self) -> ColumnElement[bool]:
        """That the rows of `source` are the tenant's, and of the run that stands."""
        if self.source[0] is SCORES:
            return STANDING
        return CUSTOMERS.c.tenant_id == TENANT

    @property
    def ids(self) -> Select[tuple[int]]:
        """The ids of the tenant's customers who meet it."""
        source, number = self.source
        return select(number.label("id")).select_from(source).where(self.tenant, self.clause)

    @property
    def of_customers(self) -> ColumnElement[bool]:
        """The condition for a statement that selects from customers and knows no tallies."""
        if not self.tallies:
            return self.clause
        return CUSTOMERS.c.id.in_(self.ids.correlate(None))


def compile_criteria(node: Node, among: ColumnElement[Anything] | None = None) -> Condition:
    """The condition that a customer meets the criteria. It is null, as good as false, for want of a value.

    With `among`, an `any_` of ids, orders and events of these customers alone are read: it is then a
    condition on them.
    """
    compiling = Compiling(among)
    clause = compiling.clause(node)
    tallies = compiling.tallies
    sources = set(_sources(node))
    profiled = bool(tallies) or Source.CUSTOMER in sources
    return Condition(clause, Source.SCORE in sources, profiled, _needs_score(node), tallies)


class Compiling:
    """Makes conditions of trees, and the tables of tallies they speak of."""

    def __init__(self, among: ColumnElement[Anything] | None = None) -> None:
        self._among = among
        self._tables: dict[int, Subquery] = {}

    @property
    def tallies(self) -> tuple[Subquery, ...]:
        """The tables that the clauses made so far speak of."""
        return tuple(self._tables.values())

    def clause(self, node: Node) -> ColumnElement[bool]:
        """That a node holds."""
        if isinstance(node, All):
            return and_(*(self.clause(each) for each in node.parts))
        if isinstance(node, Any):
            return or_(*(self.clause(each) for each in node.parts))
        if isinstance(node, Comparison):
            return _COMPARED[node.operator](node.field, node.value)
        if isinstance(node, Membership):
            found = _in_segments(node.segments)
            return found if node.member else ~found
        if isinstance(node, Tally):
            return and_(*(_COMPARED[each.operator](field, each.value) for each, field in self.tallied(node)))
        return self.clause(node.part).is_not(true())

    def tallied(self, tally: Tally) -> list[tuple[Comparison, Field]]:
        """The comparisons of a tally, each with the field of its table."""
        if id(tally) not in self._tables:
            self._tables[id(tally)] = self._table(tally)
        table = self._tables[id(tally)]
        return [(each, compared(each.field, table)) for each in tally.compared]

    def _table(self, tally: Tally) -> Subquery:
        if tally.event is None:
            return orders_of(tally, self._among)
        where = None if tally.where is None else self.clause(tally.where)
        return events_of(tally, self._among, where)


def _sources(node: Node) -> Iterator[Source]:
    if isinstance(node, All | Any):
        for part in node.parts:
            yield from _sources(part)
    elif isinstance(node, Comparison):
        yield node.field.source
    elif isinstance(node, Membership):
        yield Source.CUSTOMER
    elif isinstance(node, Not):
        yield from _sources(node.part)


def _needs_score(node: Node) -> bool:
    if isinstance(node, All):
        return any(_needs_score(each) for each in node.parts)
    if isinstance(node, Any):
        return all(_needs_score(each) for each in node.parts)
    if isinstance(node, Comparison):
        return node.field.source is Source.SCORE and (node.operator != "exists" or node.value)
    return False


def _in_segments(segments: tuple[int, ...]) -> ColumnElement[bool]:
    named = bindparam(None, [*segments], type_=ARRAY(BigInteger), unique=True)
    found = select(_MEMBERS.c.customer_id).where(
        _MEMBERS.c.tenant_id == TENANT,
        _MEMBERS.c.customer_id == CUSTOMERS.c.id,
        _MEMBERS.c.segment_id == any_(named),
    )
    return or_(found.correlate(CUSTOMERS).exists(), _classed(named))


def _classed(segments: ColumnElement[Anything]) -> ColumnElement[bool]:
    """That standing scores say that a customer is in one of these built-in segments."""
    found = classed().where(SEGMENTS.c.id == any_(segments), SCORES_APART.c.customer_id == CUSTOMERS.c.id)
    return found.correlate(CUSTOMERS).exists()


def _value(field: Field, value: Anything) -> ColumnElement[Anything]:
    found = bindparam(None, value, type_=SQL_TYPES[field.kind], unique=True)
    return found if field.folded is None else field.folded(found)


def _among(field: Field, values: list[Anything]) -> ColumnElement[bool]:
    if field.folded:
        return or_(*(field.column == _value(field, each) for each in values))
    return field.column == any_(_array(field.kind, values))


def _not_among(field: Field, values: list[Anything]) -> ColumnElement[bool]:
    if field.folded:
        return and_(*(field.column != _value(field, each) for each in values))
    return field.column != func.all(_array(field.kind, values))


def _array(kind: Kind, values: list[Anything]) -> ColumnElement[Anything]:
    return bindparam(None, values, type_=ARRAY(SQL_TYPES[kind]), unique=True)


def begins(column: ColumnElement[Anything], start: ColumnElement[Anything]) -> ColumnElement[bool]:
    """Whether a text sorted byte by byte begins with another: a range, which an index can hold."""
    end = start.op("||")(bindparam(None, _AFTER_ALL, type_=Text(), unique=True))
    return and_(column >= start, column < end)


def _begins(field: Field, value: str) -> ColumnElement[bool]:
    column = field.column if field.bytewise else collate(field.column, "C")
    return begins(column, _value(field, value))


def _between(field: Field, values: list[Anything]) -> ColumnElement[bool]:
    low, high = (_value(field, each) for each in values)
    return and_(field.column >= low, field.column <= high)


def _recent(field: Field, days: int) -> ColumnElement[bool]:
    if field.kind is INSTANT:
        return and_(field.column >= start_of(days_ago(days)), field.column <= func.now())
    return and_(field.column >= days_ago(days), field.column <= local_day(func.now()))


def _older(field: Field, days: int) -> ColumnElement[bool]:
    ago = days_ago(days)
    return field.column < (start_of(ago) if field.kind is INSTANT else ago)


_COMPARED: dict[str, Callable[[Field, Anything], ColumnElement[bool]]] = {
    "eq": lambda field, value: field.column == _value(field, value),
    "in": _among,
    "not_in": _not_among,
    "gte": lambda field, value: field.column >= _value(field, value),
    "gt": lambda field, value: field.column > _value(field, value),
    "lte": lambda field, value: field.column <= _value(field, value),
    "lt": lambda field, value: field.column < _value(field, value),
    "between": _between,
    "starts_with": _begins,
    "within_days": _recent,
    "more_than_days_ago": _older,
    "exists": lambda field, value: field.column.is_not(None) if value else field.column.is_(None),
}
