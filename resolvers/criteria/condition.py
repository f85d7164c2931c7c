"""Criteria as a condition of a statement: parameters hold the values, never the text."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any as Anything

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
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
from kit.page import Kind
from models import TABLES
from resolvers.criteria.fields import CUSTOMERS, FROM, SCORES, STANDING, Field, Source
from resolvers.criteria.tree import All, Any, Comparison, Membership, Node
from resolvers.sorting import SQL_TYPES

_MEMBERS = TABLES["segment_member"]
_AFTER_ALL = "\U0010ffff"
"""The last character of Unicode: what begins with a text lies between it and it with this behind it."""


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A condition on customers: whether it speaks of their scores and of their profiles.

    `needs_score`: it does not hold of a customer without scores.
    """

    clause: ColumnElement[bool]
    scored: bool
    profiled: bool
    needs_score: bool

    @property
    def source(self) -> tuple[FromClause, ColumnElement[Anything]]:
        """The least to select customers from who meet it, and the column of their ids. Name the tenant."""
        if self.needs_score and not self.profiled:
            return SCORES, SCORES.c.customer_id
        return FROM[self.scored], CUSTOMERS.c.id

    @property
    def tenant(self) -> ColumnElement[bool]:
        """That the rows of `source` are the tenant's, and of the run that stands."""
        if self.source[0] is SCORES:
            return STANDING
        return CUSTOMERS.c.tenant_id == TENANT


def compile_criteria(node: Node) -> Condition:
    """The condition that a customer meets the criteria. It is null, as good as false, for want of a value."""
    sources = set(_sources(node))
    profiled = Source.CUSTOMER in sources
    return Condition(_clause(node), Source.SCORE in sources, profiled, _needs_score(node))


def _sources(node: Node) -> Iterator[Source]:
    if isinstance(node, All | Any):
        for part in node.parts:
            yield from _sources(part)
    elif isinstance(node, Comparison):
        yield node.field.source
    elif isinstance(node, Membership):
        yield Source.CUSTOMER
    else:
        yield from _sources(node.part)


def _needs_score(node: Node) -> bool:
    if isinstance(node, All):
        return any(_needs_score(each) for each in node.parts)
    if isinstance(node, Any):
        return all(_needs_score(each) for each in node.parts)
    if isinstance(node, Comparison):
        return node.field.source is Source.SCORE and (node.operator != "exists" or node.value)
    return False


def _clause(node: Node) -> ColumnElement[bool]:
    if isinstance(node, All):
        return and_(*(_clause(each) for each in node.parts))
    if isinstance(node, Any):
        return or_(*(_clause(each) for each in node.parts))
    if isinstance(node, Comparison):
        return _COMPARED[node.operator](node.field, node.value)
    if isinstance(node, Membership):
        found = _in_segments(node.segments)
        return found if node.member else ~found
    return _clause(node.part).is_not(true())


def _in_segments(segments: tuple[int, ...]) -> ColumnElement[bool]:
    named = bindparam(None, [*segments], type_=ARRAY(BigInteger), unique=True)
    found = select(_MEMBERS.c.customer_id).where(
        _MEMBERS.c.tenant_id == TENANT,
        _MEMBERS.c.customer_id == CUSTOMERS.c.id,
        _MEMBERS.c.segment_id == any_(named),
    )
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
    "exists": lambda field, value: field.column.is_not(None) if value else field.column.is_(None),
}
