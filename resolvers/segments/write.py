"""Make, change, remove and refresh segments."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg.types.json import Jsonb

from kit.db import Statement, Transaction, load
from kit.errors import ConflictError, InvalidInputError, NotFoundError
from kit.text import storable
from kit.unset import UNSET, Maybe
from models.segment import DYNAMIC, STATIC
from resolvers import tenants
from resolvers.audit.change import Change
from resolvers.context import WRITE, Ctx
from resolvers.criteria import Node, parse
from resolvers.segment_feed import Entry, Why, reserve_from, stand_from
from resolvers.segments.refresh import LONGEST, Numbers, members_statement
from resolvers.segments.rows import SegmentRow, get

T = TypeVar("T")

KIND = "Segment"

MOST = 500
"""Segments of its own that a tenant may have."""
LONGEST_NAME, LONGEST_DESCRIPTION = 100, 2000

_COUNT = Statement(
    "SELECT count(*) FROM segment WHERE tenant_id = %(tenant_id)s AND builtin IS NULL", True, {}
)
_INSERT = Statement(
    "INSERT INTO segment (tenant_id, name, type, criteria, description, refreshed_at) "
    "VALUES (%(tenant_id)s, %(name)s, %(type)s, %(criteria)s, %(description)s, clock_timestamp()) "
    "RETURNING id",
    True,
    {},
)
LOCK = Statement(
    "SELECT type, criteria, builtin IS NOT NULL FROM segment "
    "WHERE tenant_id = %(tenant_id)s AND id = %(segment)s FOR UPDATE",
    True,
    {},
)
_UPDATE = Statement(
    "UPDATE segment SET name = coalesce(%(name)s, name), criteria = coalesce(%(criteria)s, criteria), "
    "description = CASE WHEN %(described)s THEN %(description)s ELSE description END, "
    "updated_at = clock_timestamp() "
    "WHERE tenant_id = %(tenant_id)s AND id = %(segment)s",
    True,
    {},
)
_SHOWN = Statement(
    "SELECT name, type, description, criteria, member_count FROM segment "
    "WHERE tenant_id = %(tenant_id)s AND id = %(segment)s",
    True,
    {},
)
_DELETE_MEMBERS = load(Path(__file__).parent.parent.parent / "models" / "sql" / "segment_delete.sql")
_DELETE = Statement("DELETE FROM segment WHERE tenant_id = %(tenant_id)s AND id = %(segment)s", True, {})


@dataclass(frozen=True, slots=True)
class SegmentChanges:
    """What to change of a segment: None leaves it, but takes a description away, as an empty one does."""

    name: str | None = None
    description: Maybe[str] = UNSET
    criteria: Mapping[str, Any] | None = None


async def create(
    ctx: Ctx, tenant: int, *, name: str, kind: str, criteria: Any = None, description: str | None = None
) -> SegmentRow:
    """Make a segment, with its members where it is dynamic.

    Raises NotFoundError for an unknown tenant, InvalidInputError for what is not accepted, ConflictError
    for a name that is taken or a segment too many.
    """
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, WRITE)
    tree = _criteria(kind, criteria)
    values: dict[str, Any] = {
        "name": _name(name),
        "type": kind,
        "description": _description(description),
        "criteria": None if tree is None else Jsonb(criteria),
    }
    done = Change("segmentCreate", tenant, KIND)
    try:
        async with ctx.write(done) as transaction:
            if (await transaction.fetch(_COUNT, int, tenant=tenant))[0] >= MOST:
                raise ConflictError(f"The tenant has {MOST} segments; delete one before making another.")
            number = (await transaction.fetch(_INSERT, int, tenant=tenant, **values))[0]
            await _begin(transaction, tenant, number, tree)
            done.number, done.after = number, await _shown(transaction, tenant, number)
    except psycopg.errors.UniqueViolation:
        raise _taken(name) from None
    return await get(ctx, tenant, number)


async def update(ctx: Ctx, tenant: int, segment: int, changes: SegmentChanges) -> SegmentRow:
    """Change a segment; with other criteria its members are worked out anew. Raises as `create` does."""
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, WRITE)
    values: dict[str, Any] = {
        "name": None if changes.name is None else _name(changes.name),
        "description": None if changes.description is UNSET else _description(changes.description),
        "described": changes.description is not UNSET,
    }
    done = Change("segmentUpdate", tenant, KIND, segment)
    try:
        async with ctx.write(done) as transaction:
            kind, _ = await locked(transaction, tenant, segment)
            before = await _shown(transaction, tenant, segment)
            tree = None if changes.criteria is None else _criteria(kind, changes.criteria)
            stored = None if tree is None else Jsonb(changes.criteria)
            await transaction.fetch(_UPDATE, int, tenant=tenant, segment=segment, criteria=stored, **values)
            if tree is not None:
                await _work_out(transaction, tenant, segment, tree, "criteria_changed")
            done.differs(before, await _shown(transaction, tenant, segment))
    except psycopg.errors.UniqueViolation:
        raise _taken(changes.name or "") from None
    return await get(ctx, tenant, segment)


async def delete(ctx: Ctx, tenant: int, segment: int) -> None:
    """Remove a segment and its members. Raises NotFoundError for an unknown tenant or segment."""
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, WRITE)
    done = Change("segmentDelete", tenant, KIND, segment)
    async with ctx.write(done) as transaction:
        await locked(transaction, tenant, segment)
        done.before = await _shown(transaction, tenant, segment)
        (feed,) = await reserve_from(transaction, 1)
        (gone,) = await transaction.fetch(_DELETE_MEMBERS, int, tenant=tenant, segment=segment, feed=feed)
        await transaction.fetch(_DELETE, int, tenant=tenant, segment=segment)
        entries = [Entry.of(feed, segment, entered=False)] if gone else []
        await stand_from(transaction, tenant, entries, Why("deleted"))


async def refresh(ctx: Ctx, tenant: int, segment: int) -> SegmentRow:
    """Work out the members of a dynamic segment anew.

    Raises NotFoundError for an unknown tenant or segment, InvalidInputError for a static one.
    """
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, WRITE)
    done = Change("segmentRefresh", tenant, KIND, segment)
    async with ctx.write(done) as transaction:
        kind, criteria = await locked(transaction, tenant, segment)
        if kind != DYNAMIC:
            raise InvalidInputError("id", "A static segment has no criteria; change its members instead.")
        before = await _shown(transaction, tenant, segment)
        await _work_out(transaction, tenant, segment, parse(criteria), "refreshed")
        after = await _shown(transaction, tenant, segment)
        done.before, done.after = ({"member_count": each["member_count"]} for each in (before, after))
    return await get(ctx, tenant, segment)


async def locked(transaction: Transaction, tenant: int, segment: int) -> tuple[str, dict[str, Any] | None]:
    """Type and criteria of a segment, whose row is locked until the end.

    Raises NotFoundError for an unknown one, InvalidInputError for a built-in one.
    """
    found = await transaction.fetch(LOCK, _locked, tenant=tenant, segment=segment)
    if not found:
        raise NotFoundError.of("Segment", tenant, segment)
    return found[0]


def _locked(kind: str, criteria: dict[str, Any] | None, builtin: bool) -> tuple[str, dict[str, Any] | None]:
    if builtin:
        told = "The segment is built in: its members follow from the scores, and it stays as it is."
        raise InvalidInputError("id", told)
    return kind, criteria


async def _shown(transaction: Transaction, tenant: int, segment: int) -> dict[str, Any]:
    """What the log tells of a segment."""
    return (await transaction.fetch(_SHOWN, _named, tenant=tenant, segment=segment))[0]


def _named(name: str, kind: str, description: str | None, criteria: Any, members: int) -> dict[str, Any]:
    return {
        "name": name,
        "type": kind,
        "description": description,
        "criteria": criteria,
        "member_count": members,
    }


async def _begin(transaction: Transaction, tenant: int, segment: int, tree: Node | None) -> None:
    """Work out the first members; the feed has an entry of a new segment even where there are none."""
    numbers = Numbers(*await reserve_from(transaction, 2))
    if tree is not None:
        await _changed(transaction, tenant, segment, tree, numbers)
    entry = Entry.of(numbers.entered, segment, entered=True)
    await stand_from(transaction, tenant, [entry], Why("created"))


async def _work_out(transaction: Transaction, tenant: int, segment: int, tree: Node, reason: str) -> None:
    numbers = Numbers(*await reserve_from(transaction, 2))
    left, entered = await _changed(transaction, tenant, segment, tree, numbers)
    await stand_from(transaction, tenant, numbers.entries(segment, left, entered), Why(reason))


async def _changed(
    transaction: Transaction, tenant: int, segment: int, tree: Node, numbers: Numbers
) -> tuple[int, int]:
    """Work out the members. How many left and came."""
    statement, values = members_statement(tree), numbers.values(segment)
    return (await transaction.fetch(statement, _counts, tenant=tenant, within=LONGEST, **values))[0]


def _counts(left: int, entered: int) -> tuple[int, int]:
    return left, entered


def _criteria(kind: str, given: Any) -> Node | None:
    """The tree of a segment's criteria: a dynamic one must have them, a static one cannot."""
    if kind == STATIC:
        if given is not None:
            raise InvalidInputError("criteria", "A static segment takes no criteria; add members to it.")
        return None
    if given is None:
        raise InvalidInputError("criteria", "A dynamic segment needs criteria that say who is in it.")
    return parse(given)


def _name(given: str) -> str:
    name = given.strip()
    if not 0 < len(name) <= LONGEST_NAME or not storable(name):
        raise InvalidInputError("name", f"name must be text of 1 to {LONGEST_NAME} characters.")
    return name


def _description(given: str | None) -> str | None:
    if given is None or not given.strip():
        return None
    if len(given) > LONGEST_DESCRIPTION or not storable(given):
        told = f"description must be text of at most {LONGEST_DESCRIPTION:,} characters."
        raise InvalidInputError("description", told)
    return given.strip()


def _taken(name: str) -> ConflictError:
    told = f"There is a segment named '{name.strip()[:60]}' already; choose another name."
    return ConflictError(told, field="name")
