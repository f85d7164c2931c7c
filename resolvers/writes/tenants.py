"""Tenants from a caller: making one, and changing what it is called and where it is."""

import re
from dataclasses import dataclass

from kit.db import Statement, Work
from kit.errors import ConflictError, ForbiddenError, InvalidInputError
from kit.money import currency
from kit.zone import zone
from resolvers import tenants
from resolvers.audit.author import Author
from resolvers.audit.change import Change
from resolvers.audit.record import record_work
from resolvers.context import ADMIN, WRITE, Actor, Ctx
from resolvers.imports.tenant import free_slug, mark_changed
from resolvers.segments import builtin
from resolvers.tenants import TenantRow

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ADD = Statement(
    "INSERT INTO tenant (name, slug, currency, time_zone) "
    "VALUES (%(name)s, %(slug)s, %(currency)s, %(time_zone)s) ON CONFLICT (id) DO NOTHING RETURNING id",
    False,
    {},
)
_ADD_AS = Statement(
    "INSERT INTO tenant (id, name, slug, currency, time_zone) "
    "VALUES (%(id)s, %(name)s, %(slug)s, %(currency)s, %(time_zone)s) "
    "ON CONFLICT (id) DO NOTHING RETURNING id",
    False,
    {},
)
_NO_PLACES = ("Factory", "localtime", "posixrules")
_KNOWN_ZONE = "SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = %(name)s)"
_TAKEN = Statement("SELECT id FROM tenant WHERE slug = %(slug)s", False, {})
_LOCK = Statement(
    "SELECT name, slug, currency, time_zone FROM tenant WHERE id = %(id)s FOR UPDATE", False, {}
)
_STORE = Statement(
    "UPDATE tenant SET name = %(name)s, slug = %(slug)s, currency = %(currency)s, time_zone = %(time_zone)s "
    "WHERE id = %(id)s",
    False,
    {},
)
_HAS_DATA = Statement(
    "SELECT EXISTS (SELECT FROM customer_order WHERE tenant_id = %(tenant_id)s) "
    "OR EXISTS (SELECT FROM refund WHERE tenant_id = %(tenant_id)s)",
    True,
    {},
)


@dataclass(frozen=True, slots=True)
class TenantChanges:
    """What to change of a tenant; None stays."""

    name: str | None = None
    slug: str | None = None
    currency: str | None = None
    time_zone: str | None = None


async def create_tenant(
    ctx: Ctx,
    *,
    name: str,
    currency_code: str,
    time_zone: str,
    slug: str | None = None,
    number: int | None = None,
) -> TenantRow:
    """Make a tenant; `number` asks for the id that v2 paths use, `slug` for its name in addresses.

    Raises InvalidInputError for a value that is not accepted, ConflictError for an id or slug that is taken.
    """
    check_maker(ctx.actor)
    values = checked(TenantChanges(name, slug, currency_code, time_zone))
    found = await ctx.work(lambda work: make(work, ctx.author, values, number))
    return await tenants.get(ctx, found)


async def update_tenant(ctx: Ctx, tenant: int, changes: TenantChanges) -> TenantRow:
    """Change a tenant. Another time zone makes the scores stale: days begin elsewhere.

    Raises NotFoundError for an unknown tenant, InvalidInputError for a value that is not accepted, and
    ConflictError for a slug that is taken or another currency once there are orders. Slugs are unique over
    all tenants, so that who does not administer them all could find out others': ForbiddenError.
    """
    before = await tenants.get(ctx, tenant)
    ctx.allow(tenant, WRITE)
    wanted = checked(changes)
    if wanted.get("slug", before.slug) != before.slug and not administers_all(ctx.actor):
        raise ForbiddenError("Only who may administer all tenants can give one another slug.")
    await ctx.work(lambda work: change(work, ctx.author, tenant, wanted))
    return await tenants.get(ctx, tenant)


def administers_all(actor: Actor) -> bool:
    return actor.tenants is None and ADMIN in actor.scopes


def check_maker(actor: Actor) -> None:
    """Raises ForbiddenError for an actor who may not make tenants."""
    if not administers_all(actor):
        raise ForbiddenError("Only who may administer all tenants can make one.")


def checked(changes: TenantChanges) -> dict[str, str]:
    """What changes say, by the names of columns. Raises InvalidInputError for what is not accepted."""
    if changes.slug is not None:
        _check_slug(changes.slug)
    wanted = {
        "name": None if changes.name is None else _name(changes.name),
        "slug": changes.slug,
        "currency": None if changes.currency is None else currency("currency_code", changes.currency),
        "time_zone": changes.time_zone,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def make(
    work: Work, author: Author, values: dict[str, str], number: int | None, action: str = "tenantCreate"
) -> int:
    """Add a tenant of these values, which are checked; its id. Raises as `create_tenant` does."""
    if number is not None and not 1 <= number < 2**53:
        raise InvalidInputError("database_id", "Accepted are 1 to 9,007,199,254,740,991.")
    with work.transaction(None):
        _check_zone(work, values["time_zone"])
        chosen = values.get("slug") or free_slug(work, values["name"], number)
        if work.run(_TAKEN, {"slug": chosen}):
            raise _taken(chosen)
        made = _add(work, {**values, "slug": chosen}, number)
        work.enter(made)
        builtin.ensure(work)
        record_work(work, author, Change(action, made, "Tenant", made, after={**values, "slug": chosen}))
    return made


def change(
    work: Work, author: Author, tenant: int, wanted: dict[str, str], action: str = "tenantUpdate"
) -> bool:
    """Change a tenant to checked values; whether any was another one. Raises as `update_tenant` does."""
    with work.transaction(tenant):
        if "time_zone" in wanted:
            _check_zone(work, wanted["time_zone"])
        row = work.run(_LOCK, {"id": tenant})[0]
        before = dict(zip(("name", "slug", "currency", "time_zone"), row, strict=True))
        after = before | wanted
        if after == before:
            return False
        if after["currency"] != before["currency"] and work.run(_HAS_DATA)[0][0]:
            told = "The tenant has orders, so its currency stays as it is."
            raise ConflictError(told, field="currency_code")
        if after["slug"] != before["slug"] and work.run(_TAKEN, {"slug": after["slug"]}):
            raise _taken(after["slug"])
        work.run(_STORE, {"id": tenant, **after})
        if after["time_zone"] != before["time_zone"]:
            mark_changed(work, tenant)
        done = Change(action, tenant, "Tenant", tenant)
        done.differs(before, after)
        record_work(work, author, done)
        return True


def _add(work: Work, values: dict[str, str], number: int | None) -> int:
    """The new tenant's id. Ids that were asked for leave holes that the next ones step over."""
    if number is not None:
        found = work.run(_ADD_AS, {**values, "id": number})
        if not found:
            raise ConflictError(f"There is a tenant {number} already.", field="database_id")
        return int(found[0][0])
    while not (found := work.run(_ADD, values)):
        pass
    return int(found[0][0])


def _taken(slug: str) -> ConflictError:
    return ConflictError(f"The slug '{slug}' is taken; choose another.", field="slug")


def _name(name: str) -> str:
    found = name.strip()
    if not 1 <= len(found) <= 200 or not found.isprintable():
        raise InvalidInputError("name", "A name of 1 to 200 printable characters is accepted.")
    return found


def _check_zone(work: Work, name: str) -> None:
    """A zone that Python and the database both know, and that stands for a place."""
    zone(name)
    if name in _NO_PLACES or not work.run(_KNOWN_ZONE, {"name": name})[0][0]:
        raise InvalidInputError(
            "time_zone", f"'{name[:60]}' names no place; an IANA name such as Europe/London is accepted."
        )


def _check_slug(slug: str) -> None:
    if not _SLUG.fullmatch(slug) or len(slug) > 100:
        raise InvalidInputError(
            "slug", f"'{slug[:60]}' is no slug; small letters, digits and single hyphens are accepted."
        )
