"""Tenant: the shop that a file is imported for, found or made."""

import itertools
import re
import unicodedata
from typing import NamedTuple

from kit import money
from kit.db import Work
from kit.errors import ConflictError, InvalidInputError, NotFoundError
from resolvers.audit.author import Author
from resolvers.audit.change import Change
from resolvers.audit.record import record_work
from resolvers.imports.options import NewTenant
from resolvers.segments import builtin

_FIND = "SELECT name, currency, time_zone FROM tenant WHERE id = %(id)s"
_ADD = """
INSERT INTO tenant (id, name, slug, currency, time_zone)
VALUES (%(id)s, %(name)s, %(slug)s, %(currency)s, %(time_zone)s)
ON CONFLICT DO NOTHING
"""
_SLUG_TAKEN = "SELECT 1 FROM tenant WHERE slug = %(slug)s"
_ZONES = "SELECT name FROM pg_timezone_names WHERE lower(name) = lower(%(name)s)"
_CHANGED = """
UPDATE tenant SET data_changed_at = now(), data_version = data_version + 1 WHERE id = %(id)s
"""
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('cdp import', %(id)s::bigint))"
_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('cdp import', %(id)s::bigint))"


class Shop(NamedTuple):
    """What an import needs to know of its tenant."""

    id: int
    name: str
    currency: str
    time_zone: str
    created: bool


def find_or_create(work: Work, tenant: int, new: NewTenant | None, author: Author) -> Shop:
    """The tenant, made as `new` says if there is none.

    Raises NotFoundError without `new`, ConflictError where the tenant is there and differs from it,
    InvalidInputError for a currency or time zone that does not exist.
    """
    wanted = None if new is None else _checked(work, new)
    rows = work.run(_FIND, {"id": tenant})
    created = False
    if not rows:
        if wanted is None:
            raise NotFoundError(
                f"There is no tenant {tenant}. "
                'Make it with --create-tenant "NAME" --currency CODE --timezone ZONE.'
            )
        slug = free_slug(work, wanted.name, tenant)
        added = {"id": tenant, "name": wanted.name, "slug": slug}
        created = work.count(_ADD, added | {"currency": wanted.currency, "time_zone": wanted.time_zone}) == 1
        rows = work.run(_FIND, {"id": tenant})
        if created:
            builtin.ensure(work)
            told = {**added, "currency": wanted.currency, "time_zone": wanted.time_zone}
            record_work(work, author, Change("tenantCreate", tenant, "Tenant", tenant, after=told))
        if not rows:
            raise ConflictError(
                f"Another tenant was made as {slug!r} at the same moment; run the import again."
            )
    shop = Shop(tenant, str(rows[0][0]), str(rows[0][1]), str(rows[0][2]), created)
    if wanted is not None:
        _compare(shop, wanted)
    return shop


def lock(work: Work, tenant: int, *, wait: bool) -> bool:
    """Let one import at a time change a tenant, until the transaction ends. False: another one is at it."""
    if wait:
        work.run(_LOCK, {"id": tenant})
        return True
    return bool(work.run(_TRY_LOCK, {"id": tenant})[0][0])


def mark_changed(work: Work, tenant: int) -> None:
    """Note that a tenant's data are not what they were, so its scores are out of date."""
    work.run(_CHANGED, {"id": tenant})


def _checked(work: Work, new: NewTenant) -> NewTenant:
    if not new.name.strip():
        raise InvalidInputError("create_tenant", "The tenant's name is empty; give one with --create-tenant.")
    code = money.currency("currency", new.currency)
    found = [str(row[0]) for row in work.run(_ZONES, {"name": new.time_zone})]
    if new.time_zone not in found:
        hint = f"did you mean {found[0]}?" if found else "give an IANA name like Europe/London."
        raise InvalidInputError("timezone", f"{new.time_zone!r} is no time zone; {hint}")
    return NewTenant(new.name.strip(), code, new.time_zone)


def free_slug(work: Work, name: str, tenant: int | None) -> str:
    """A slug made of a name that no tenant has, with the tenant's id or a number where need be."""
    letters = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", letters).strip("-") or f"tenant-{tenant or 'new'}"
    wanted = slug if tenant is None else f"{slug}-{tenant}"
    ways = itertools.chain((slug, wanted), (f"{slug}-{number}" for number in itertools.count(2)))
    return next(each for each in ways if not work.run(_SLUG_TAKEN, {"slug": each}))


def _compare(shop: Shop, wanted: NewTenant) -> None:
    pairs = (
        ("name", shop.name, wanted.name),
        ("currency", shop.currency, wanted.currency),
        ("time zone", shop.time_zone, wanted.time_zone),
    )
    different = [f"its {what} is {has}, not {asked}" for what, has, asked in pairs if has != asked]
    if different:
        raise ConflictError(
            f"Tenant {shop.id} is already there, but {' and '.join(different)}. "
            "Leave --create-tenant out to import into it, or choose another id."
        )
