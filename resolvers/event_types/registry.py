"""The types of a tenant's events: those that all have, and its own, which it registers and removes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from kit.db import Statement
from kit.errors import ConflictError, InvalidInputError, NotFoundError
from kit.text import storable
from kit.unset import UNSET
from resolvers import tenants
from resolvers.audit.change import Change
from resolvers.context import READ, WRITE, Ctx
from resolvers.event_types.built_in import BUILT_IN
from resolvers.event_types.json_schema import checked_schema
from resolvers.event_types.name import FORM, is_name

KIND = "EventType"
MOST = 500
"""Types of a tenant's own."""
_LONGEST = 1_000
_ALL = Statement(
    "SELECT name, description, json_schema, is_active, created_at, updated_at FROM event_type "
    "WHERE tenant_id = %(tenant_id)s ORDER BY name",
    True,
    {},
)
_ONE = Statement(
    "SELECT name, description, json_schema, is_active, created_at, updated_at FROM event_type "
    "WHERE tenant_id = %(tenant_id)s AND name = %(name)s",
    True,
    {},
)
_LOCK = Statement("SELECT id FROM tenant WHERE id = %(tenant_id)s FOR UPDATE", True, {})
_ADD = Statement(
    "INSERT INTO event_type (tenant_id, name) SELECT %(tenant_id)s, %(name)s "
    "WHERE (SELECT count(*) FROM event_type WHERE tenant_id = %(tenant_id)s AND name <> %(name)s) < %(most)s "
    "ON CONFLICT (tenant_id, name) DO UPDATE SET updated_at = now() RETURNING id",
    True,
    {"most": MOST},
)
_CHANGE = Statement(
    "UPDATE event_type SET description = coalesce(%(description)s::text, description), "
    "is_active = coalesce(%(is_active)s::boolean, is_active), "
    "json_schema = CASE WHEN %(with_schema)s THEN %(json_schema)s::jsonb ELSE json_schema END, "
    "updated_at = now() WHERE tenant_id = %(tenant_id)s AND name = %(name)s "
    "RETURNING name, description, json_schema, is_active, created_at, updated_at",
    True,
    {},
)
_REMOVE = Statement(
    "DELETE FROM event_type WHERE tenant_id = %(tenant_id)s AND name = %(name)s "
    "RETURNING name, description, json_schema, is_active, created_at, updated_at",
    True,
    {},
)


class EventTypeRow(NamedTuple):
    """A type. What is built in cannot be changed and was never made."""

    name: str
    description: str
    json_schema: dict[str, Any] | None
    is_active: bool = True
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def is_built_in(self) -> bool:
        return self.name in BUILT_IN


@dataclass(frozen=True, slots=True)
class EventTypeChanges:
    """What to set; UNSET stays, or has its default where the type is new. A schema of None is none."""

    description: Any = UNSET
    json_schema: Any = UNSET
    is_active: Any = UNSET


_BUILT_IN = [EventTypeRow(each.name, each.meaning, each.json_schema) for each in BUILT_IN.values()]


async def of_tenant(ctx: Ctx, tenant: int) -> list[EventTypeRow]:
    """The built-in types and then the tenant's own by name, also those that are not active."""
    ctx.allow(tenant, READ)
    return [*_BUILT_IN, *await ctx.reader.fetch(_ALL, EventTypeRow, tenant=tenant)]


async def upsert(ctx: Ctx, tenant: int, name: str, changes: EventTypeChanges) -> EventTypeRow:
    """Register a type, or change it. Events that are there already are not looked at anew.

    Raises NotFoundError for an unknown tenant, InvalidInputError for a name, description or schema that is
    not accepted, ConflictError where the tenant has as many types as it may.
    """
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, WRITE)
    _check_name(name)
    values: dict[str, Any] = {
        "name": name,
        "description": None if changes.description is UNSET else _text(changes.description),
        "is_active": None if changes.is_active is UNSET else bool(changes.is_active),
        "with_schema": changes.json_schema is not UNSET,
        "json_schema": None if changes.json_schema in (UNSET, None) else Jsonb(_schema(changes.json_schema)),
    }
    done = Change("eventTypeUpsert", tenant, KIND, name)
    async with ctx.write(done) as transaction:
        await transaction.fetch(_LOCK, int, tenant=tenant)
        before = await transaction.fetch(_ONE, EventTypeRow, tenant=tenant, name=name)
        if not await transaction.fetch(_ADD, int, tenant=tenant, name=name):
            raise ConflictError(f"The tenant has {MOST} types of events already; delete one first.")
        rows = await transaction.fetch(_CHANGE, EventTypeRow, tenant=tenant, **values)
        done.differs(_logged(before[0]) if before else {}, _logged(rows[0]))
    return rows[0]


async def delete(ctx: Ctx, tenant: int, name: str) -> None:
    """Remove a type; its events stay. Raises NotFoundError for one that the tenant has not registered."""
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, WRITE)
    done = Change("eventTypeDelete", tenant, KIND, name)
    async with ctx.write(done) as transaction:
        found = (
            await transaction.fetch(_REMOVE, EventTypeRow, tenant=tenant, name=name) if is_name(name) else []
        )
        if not found:
            raise NotFoundError(
                f"The tenant has not registered a type of events '{name[:64]}'.", field="name"
            )
        done.before = _logged(found[0])


def _logged(row: EventTypeRow) -> dict[str, Any]:
    """What the log tells of a type."""
    named = ("name", "description", "json_schema", "is_active")
    return {name: getattr(row, name) for name in named}


def _check_name(name: str) -> None:
    if not is_name(name):
        raise InvalidInputError("name", f"'{name[:64]}' cannot be a type's name; accepted are {FORM}.")
    if name in BUILT_IN:
        raise InvalidInputError("name", f"{name} is built in; a name of the tenant's own is accepted.")


def _text(value: str) -> str:
    if len(value) > _LONGEST or not storable(value):
        told = f"description is not accepted; text of at most {_LONGEST} characters, without NUL, is."
        raise InvalidInputError("description", told)
    return value


def _schema(value: Any) -> dict[str, Any]:
    try:
        return checked_schema(value)
    except ValueError as error:
        raise InvalidInputError("json_schema", f"This JSON Schema is not accepted: {error}") from None
