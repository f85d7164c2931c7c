"""Many segments worked out at once: a single pass over the customers tells who meets which criteria."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import psycopg
import structlog
from numpy.typing import NDArray
from psycopg import sql
from sqlalchemy import BigInteger, ColumnElement, case, func, literal, select

from kit.db import TENANT, Statement, Work, prepare
from kit.db.arrays import Int8
from kit.errors import CdpError
from resolvers import criteria
from resolvers.criteria import FROM, Comparison, Node, Not, compile_criteria, parse
from resolvers.segment_feed import Entry, Why, reserve, stand
from resolvers.segments.refresh import LONGEST, Numbers, members_statement
from resolvers.standing import CUSTOMERS, SCORES, STANDING

log = structlog.get_logger()

Ids = NDArray[np.int64]

_AT_ONCE = 60
"""Segments of a pass: each is a bit of a bigint."""
_LIMITS = sql.SQL(f"SET LOCAL statement_timeout = {int(LONGEST * 1000)}; SET LOCAL work_mem = '64MB'")
_DYNAMIC = Statement(
    "SELECT id, criteria FROM segment WHERE tenant_id = %(tenant_id)s AND type = 'dynamic' "
    "AND builtin IS NULL ORDER BY id",
    True,
    {},
)
_LOCK = Statement(
    "SELECT id, criteria FROM segment WHERE tenant_id = %(tenant_id)s AND id = ANY (%(segments)s) "
    "AND type = 'dynamic' ORDER BY id FOR UPDATE",
    True,
    {},
)
_HELD = Statement(
    "SELECT array_agg(customer_id) FROM segment_member "
    "WHERE tenant_id = %(tenant_id)s AND segment_id = %(segment)s",
    True,
    {},
)
_LEFT = Statement(
    "WITH gone AS (DELETE FROM segment_member WHERE tenant_id = %(tenant_id)s AND segment_id = %(segment)s "
    "AND customer_id = ANY (%(ids)b)) "
    "INSERT INTO segment_change (tenant_id, feed_id, customer_id) "
    "SELECT %(tenant_id)s, %(feed)s::bigint, unnest(%(ids)b)",
    True,
    {},
)
_ENTERED = Statement(
    "WITH come AS (INSERT INTO segment_member (tenant_id, segment_id, customer_id) "
    "SELECT %(tenant_id)s, %(segment)s::bigint, unnest(%(ids)b)) "
    "INSERT INTO segment_change (tenant_id, feed_id, customer_id) "
    "SELECT %(tenant_id)s, %(feed)s::bigint, unnest(%(ids)b)",
    True,
    {},
)
_COUNTED = Statement(
    "UPDATE segment SET member_count = found.members, refreshed_at = clock_timestamp() "
    "FROM unnest(%(segments)b, %(members)b) AS found (id, members) "
    "WHERE tenant_id = %(tenant_id)s AND segment.id = found.id",
    True,
    {},
)


class _Segment(NamedTuple):
    id: int
    node: Node


def refresh_all(work: Work, tenant: int, run: int | None = None) -> None:
    """Work out the members of all dynamic segments anew after a run, which the feed then names.

    Those whose criteria ask the customers' rows alone are worked out together, and the others after them one
    by one, since they may be about the former. One that fails keeps the members it had, and the log says why;
    that fails nothing else.
    """
    alone: list[int] = []
    together: list[int] = []
    why = Why("refreshed") if run is None else Why("run", run)
    try:
        with work.transaction(tenant):
            for number, stored in work.run(_DYNAMIC):
                (together if _is_plain_criteria(stored) else alone).append(number)
    except psycopg.Error as error:
        log.warning("segments not refreshed", tenant=tenant, error=str(error))
    for start in range(0, len(together), _AT_ONCE):
        part = together[start : start + _AT_ONCE]
        try:
            with work.transaction(tenant):
                work.connection.execute(_LIMITS)
                alone += _refresh_together(work, tenant, part, why)
        except (psycopg.Error, CdpError) as error:
            log.warning("segments not refreshed together", tenant=tenant, error=str(error))
            alone += part
    for number in sorted(alone):
        if work.connection.closed:
            return
        _refresh_alone(work, tenant, number, why)


def _is_plain_criteria(stored: Any) -> bool:
    try:
        return _is_plain(parse(stored))
    except CdpError:
        return False


def _is_plain(node: Node) -> bool:
    """Whether a customer's own row and scores are all that criteria ask."""
    if isinstance(node, criteria.All | criteria.Any):
        return all(map(_is_plain, node.parts))
    return _is_plain(node.part) if isinstance(node, Not) else isinstance(node, Comparison)


def _refresh_alone(work: Work, tenant: int, segment: int, why: Why) -> None:
    try:
        with work.transaction(tenant):
            work.connection.execute(_LIMITS)
            for _, stored in work.run(_LOCK, {"segments": [segment]}):
                numbers = Numbers(*reserve(work, 2))
                ((left, entered),) = work.run(members_statement(parse(stored)), numbers.values(segment))
                stand(work, tenant, numbers.entries(segment, left, entered), why)
    except (psycopg.Error, CdpError) as error:
        log.warning("segment not refreshed", tenant=tenant, segment=segment, error=str(error))


def _refresh_together(work: Work, tenant: int, numbers: list[int], why: Why) -> list[int]:
    """Work out the members of these segments; those whose criteria are no longer plain are given back."""
    locked = [(number, parse(stored)) for number, stored in work.run(_LOCK, {"segments": numbers})]
    found = [_Segment(number, node) for number, node in locked if _is_plain(node)]
    if found:
        kept = iter(reserve(work, 2 * len(found)))
        entries: list[Entry] = []
        members: list[int] = []
        for segment, wanted in zip(found, _wanted(work, found), strict=True):
            entries += _change(work, segment.id, wanted, Numbers(next(kept), next(kept)))
            members.append(len(wanted))
        counts = {"segments": [each.id for each in found], "members": members}
        work.run(_COUNTED, {name: Int8(np.array(each)) for name, each in counts.items()})
        stand(work, tenant, entries, why)
    return [number for number, node in locked if not _is_plain(node)]


def _wanted(work: Work, segments: Sequence[_Segment]) -> Iterator[Ids]:
    """The ids of those who meet each segment's criteria, rising."""
    customers, met = _arrays(work, _met(segments), {})
    order = np.argsort(customers, kind="stable")
    customers, met = customers[order], met[order]
    for place in range(len(segments)):
        yield customers[met >> place & 1 == 1]


def _met(segments: Sequence[_Segment]) -> Statement:
    """All customers, and of each a bit for each segment whose criteria they meet, the first the lowest."""
    conditions = [compile_criteria(each.node) for each in segments]
    source, number, tenant = (
        FROM[any(each.scored for each in conditions)],
        CUSTOMERS.c.id,
        CUSTOMERS.c.tenant_id,
    )
    chosen: ColumnElement[bool] = tenant == TENANT
    if all(each.needs_score and not each.profiled for each in conditions):
        source, number, chosen = SCORES, SCORES.c.customer_id, STANDING
    nothing = literal(0, BigInteger)
    met: ColumnElement[int] = nothing
    for place, each in enumerate(conditions):
        met = met + case((each.clause, literal(1 << place, BigInteger)), else_=nothing)
    return prepare(select(func.array_agg(number), func.array_agg(met)).select_from(source).where(chosen))


def _change(work: Work, segment: int, wanted: Ids, numbers: Numbers) -> list[Entry]:
    """Make those the members of a locked segment, and no others. What the feed is to tell of it."""
    held = np.sort(_arrays(work, _HELD, {"segment": segment})[0])
    fresh = np.setdiff1d(wanted, held, assume_unique=True)
    lost = np.setdiff1d(held, wanted, assume_unique=True)
    for statement, feed, ids in ((_LEFT, numbers.left, lost), (_ENTERED, numbers.entered, fresh)):
        if len(ids):
            work.run(statement, {"segment": segment, "feed": feed, "ids": Int8(ids)})
    return numbers.entries(segment, len(lost), len(fresh))


def _arrays(work: Work, statement: Statement, values: dict[str, object]) -> list[Ids]:
    """The columns of a single row of arrays; nothing aggregated is an empty one."""
    ((*columns,),) = work.stream(statement, values)
    return [np.empty(0, np.int64) if each is None else each for each in columns]
