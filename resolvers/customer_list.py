"""Lists of customers: searched, filtered by profile and scores, in the order of any of them."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Text, and_, bindparam, func, or_, select

from kit.db import TENANT
from kit.errors import InvalidInputError
from kit.page import Page
from models import TABLES
from resolvers.context import Ctx
from resolvers.criteria import FIELDS, FROM, Node, compile_criteria
from resolvers.criteria.condition import begins
from resolvers.customers import CUSTOMERS, LIST, CustomerRow
from resolvers.keyset import KeysetList
from resolvers.sorting import Order, SortKey

_MEMBERS = TABLES["segment_member"]
_LONGEST = 200
_UNSORTED = {"external_id", "email"}

SORTABLE = ("id", *(name for name in FIELDS if name not in _UNSORTED))
"""What a list of customers may be sorted by; choices such as tiers in the order of their list, best first."""


@dataclass(frozen=True, slots=True)
class CustomerQuery:
    """Which customers, in which order. `segment` is the number of the segment they are members of."""

    search: str | None = None
    criteria: Node | None = None
    sort: str = "id"
    descending: bool = False
    segment: int | None = None


async def page(
    ctx: Ctx,
    tenant: int,
    query: CustomerQuery,
    *,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    with_total: bool = False,
) -> Page[CustomerRow]:
    """One page of the customers. Those without the value they are sorted by stand last, up and down.

    Raises InvalidInputError for a page size, cursor or search that is not accepted, and TimedOutError where
    the database would take too long.
    """
    condition = None if query.criteria is None else compile_criteria(query.criteria)
    clauses = [] if condition is None else [condition.clause]
    if query.search is not None and query.search.strip():
        clauses.append(_found(query.search))
    if query.segment is not None:
        clauses.append(_MEMBERS.c.segment_id == bindparam("segment", query.segment))
    scored = query.sort in _SCORED or (condition is not None and condition.scored)
    orders = _ORDERS if query.segment is None else _MEMBER_ORDERS
    return await _LISTS[scored, query.segment is not None].page(
        ctx,
        tenant,
        first=first,
        after=after,
        last=last,
        before=before,
        with_total=with_total,
        order=orders[query.sort, query.descending],
        where=and_(*clauses) if clauses else None,
        within=ctx.query_timeout_seconds,
    )


def _found(text: str) -> ColumnElement[bool]:
    """Whose e-mail or external id it is, or whose name or last name begins with it."""
    if len(text) > _LONGEST or "\0" in text or any("\ud800" <= each <= "\udfff" for each in text):
        raise InvalidInputError("query", f"query must be text of at most {_LONGEST} characters.")
    given = bindparam("search", text, type_=Text())
    folded = func.lower(func.btrim(given))
    return or_(
        CUSTOMERS.c.email_norm == folded,
        CUSTOMERS.c.external_id == func.btrim(given),
        begins(CUSTOMERS.c.name_norm, folded),
        begins(CUSTOMERS.c.last_name_norm, folded),
    )


_SCORED = {name for name, field in FIELDS.items() if field.column.table is not CUSTOMERS}


def _list(scored: bool, of_segment: bool) -> KeysetList[CustomerRow]:
    if not scored and not of_segment:
        return LIST
    source = FROM[scored]
    keys = select(CUSTOMERS.c.id).where(CUSTOMERS.c.tenant_id == TENANT)
    if of_segment:
        source = source.join(_MEMBERS, _MEMBERS.c.customer_id == CUSTOMERS.c.id)
        keys = keys.where(_MEMBERS.c.tenant_id == TENANT)
    return KeysetList("customer", CUSTOMERS, LIST.rows, CustomerRow, keys=keys.select_from(source))


def _orders(name: str) -> dict[tuple[str, bool], Order]:
    found = {}
    for down in (False, True):
        found["id", down] = Order.of(name, CUSTOMERS.c.id, descending=down)
        for each in SORTABLE[1:]:
            column, kind = FIELDS[each].sorted_by
            key = SortKey(each, column, kind, nullable=True, descending=down)
            found[each, down] = Order.of(name, CUSTOMERS.c.id, key)
    return found


_LISTS = {
    (scored, of_segment): _list(scored, of_segment)
    for scored in (False, True)
    for of_segment in (False, True)
}
_ORDERS, _MEMBER_ORDERS = _orders("customer"), _orders("member")
