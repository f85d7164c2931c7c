"""Lists of customers: searched, filtered by profile and scores, in the order of any of them."""

from dataclasses import dataclass
from typing import Any, Unpack

from sqlalchemy import ColumnElement, Select, Text, and_, any_, bindparam, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import TENANT
from kit.errors import InvalidInputError
from kit.page import AskedColumns, Page
from models import TABLES
from resolvers.context import Ctx
from resolvers.criteria import FIELDS, FROM, Condition, Node, Source, compile_criteria
from resolvers.criteria.condition import begins
from resolvers.customers import CUSTOMERS, LIST, CustomerRow
from resolvers.folding import folded_email, folded_name
from resolvers.keyset import KeysetList
from resolvers.relation import EVERY, Choice, Relation
from resolvers.sorting import Order, SortKey
from resolvers.standing import SCORES, STANDING

_MEMBERS = TABLES["segment_member"]
_LONGEST = 200
_LEAST_DIGITS = 5
_DIGITS, _AMONG_DIGITS = set("0123456789"), set(" +-./()")
_UNSORTED = {"external_id", "email"}

SORTABLE = ("id", *(name for name in FIELDS if name not in _UNSORTED))
"""What a list of customers may be sorted by; choices such as tiers in the order of their list, best first."""


@dataclass(frozen=True, slots=True)
class CustomerQuery:
    """Which customers, in which order. `segment` is the number of the segment they are members of.

    `among` selects the ids of those that are asked for at all.
    """

    search: str | None = None
    criteria: Node | None = None
    sort: str = "id"
    descending: bool = False
    segment: int | None = None
    among: Select[tuple[int]] | None = None


async def page(
    ctx: Ctx,
    tenant: int,
    query: CustomerQuery,
    **asked: Unpack[AskedColumns],
) -> Page[CustomerRow]:
    """One page of the customers. Those without the value they are sorted by stand last, up and down.

    Raises InvalidInputError for a page size, cursor or search that is not accepted, and TimedOutError where
    the database would take too long.
    """
    condition = None if query.criteria is None else compile_criteria(query.criteria)
    clauses = [] if condition is None else [condition.of_customers]
    if query.search is not None and query.search.strip():
        clauses.append(_found(query.search))
    if query.among is not None:
        clauses.append(CUSTOMERS.c.id.in_(query.among))
    if query.segment is not None:
        scored = query.sort in _SCORED or (condition is not None and condition.scored)
        choice = Choice((query.search, repr(query.criteria)), clauses) if clauses else EVERY
        order = _MEMBER_ORDERS[query.sort, query.descending]
        return await _OF_SEGMENT[scored].page(ctx, tenant, query.segment, order=order, choice=choice, **asked)
    profiled = len(clauses) > 1 or (condition.profiled if condition else bool(clauses))
    found, order = _of(query, condition, profiled=profiled)
    return await found.page(
        ctx,
        tenant,
        order=order,
        where=and_(*clauses) if clauses else None,
        within=ctx.query_timeout_seconds,
        **asked,
    )


def _found(text: str) -> ColumnElement[bool]:
    """Whose e-mail or external id it is, whose name or last name begins with it, or whose number ends so."""
    if len(text) > _LONGEST or "\0" in text or any("\ud800" <= each <= "\udfff" for each in text):
        raise InvalidInputError("query", f"query must be text of at most {_LONGEST} characters.")
    given = bindparam("search", text, type_=Text())
    name, whole = folded_name(given), text.strip()
    external_ids = bindparam("search_ids", [whole, whole.upper(), whole.lower()], type_=ARRAY(Text))
    found = [
        CUSTOMERS.c.email_norm == folded_email(given),
        CUSTOMERS.c.external_id == any_(external_ids),
        begins(CUSTOMERS.c.name_norm, name),
        begins(CUSTOMERS.c.last_name_norm, name),
    ]
    if len(digits := _digits(text)) >= _LEAST_DIGITS:
        end = bindparam("search_digits", digits[::-1], type_=Text())
        found.append(begins(CUSTOMERS.c.phone_norm, end))
    return or_(*found)


def _digits(text: str) -> str:
    """The digits of what may be a telephone number, none of what may not."""
    return "".join(filter(_DIGITS.__contains__, text)) if set(text) <= _DIGITS | _AMONG_DIGITS else ""


def _of(
    query: CustomerQuery, condition: Condition | None, *, profiled: bool
) -> tuple[KeysetList[CustomerRow], Order]:
    """The list that reads no more tables than the query needs, and its order."""
    order = _ORDERS[query.sort, query.descending]
    if query.sort not in _SCORED and not (condition and condition.scored):
        return LIST, order
    if profiled or query.sort not in _SCORED | {"id"}:
        return _JOINED, order
    if condition is not None and condition.needs_score:
        return _BY_SCORES, order.by(SCORES.c.customer_id)
    return _SCORES_FIRST, order


def _orders(name: str) -> dict[tuple[str, bool], Order]:
    found = {}
    for down in (False, True):
        found["id", down] = Order.of(name, CUSTOMERS.c.id, descending=down)
        for each in SORTABLE[1:]:
            column, kind = FIELDS[each].sorted_by
            source = FIELDS[each].column
            key = SortKey(each, column, kind, nullable=True, descending=down, source=source)
            found[each, down] = Order.of(name, CUSTOMERS.c.id, key)
    return found


def _list(
    keys: Select[Any], known: tuple[Select[Any], ColumnElement[Any]] | None = None
) -> KeysetList[CustomerRow]:
    return KeysetList("customer", CUSTOMERS, LIST.rows, CustomerRow, keys=keys, known=known)


def _members(scored: bool) -> Relation[CustomerRow]:
    source = FROM[scored].join(_MEMBERS, _MEMBERS.c.customer_id == CUSTOMERS.c.id)
    rows = LIST.rows.select_from(source).where(_MEMBERS.c.tenant_id == TENANT)
    return Relation(KeysetList("member", CUSTOMERS, rows, CustomerRow), _MEMBERS.c.segment_id)


_SCORED = {name for name, field in FIELDS.items() if field.source is Source.SCORE}
_ORDERS, _MEMBER_ORDERS = _orders("customer"), _orders("member")
CURSORS = _ORDERS["id", False].cursors
"""The cursors of customers in the order of their ids."""
MEMBER_CURSORS = _MEMBER_ORDERS["id", False].cursors
"""The cursors of a segment's members in the order of their ids."""
_WITH_SCORES = select(CUSTOMERS.c.id).select_from(FROM[True]).where(CUSTOMERS.c.tenant_id == TENANT)
_SCORES = select(SCORES.c.customer_id).where(STANDING)
_JOINED = _list(_WITH_SCORES)
_SCORES_FIRST = _list(_WITH_SCORES, (_SCORES, SCORES.c.customer_id))
_BY_SCORES = _list(_SCORES)
_OF_SEGMENT = {scored: _members(scored) for scored in (False, True)}
