"""Tenants from a caller, many at a time: new ones, and what has changed of known ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from kit.db import Statement, Work
from kit.errors import ConflictError, ForbiddenError, InvalidInputError
from kit.text import storable
from kit.unset import UNSET, Maybe
from resolvers.audit.author import Author
from resolvers.context import WRITE, Actor, Ctx
from resolvers.writes.batch import check_length
from resolvers.writes.outcome import CREATED, REJECTED, UNCHANGED, UPDATED, Outcome, Problem
from resolvers.writes.tenants import TenantChanges, change, check_maker, checked, make

MOST = 100
"""Tenants of one list."""
_BY_SLUG = Statement("SELECT id FROM tenant WHERE slug = %(slug)s", False, {})
_ACTION = "tenantsUpsert"
_FIELDS = {"name": "name", "currency": "currency_code", "time_zone": "time_zone"}


@dataclass(frozen=True, slots=True)
class TenantRecord:
    """A tenant by its slug. What is unset stays as it was; a new one needs all but the `number`.

    `number` is the id that v2 paths use, for a new one alone.
    """

    slug: str
    name: Maybe[str] = UNSET
    currency: Maybe[str] = UNSET
    time_zone: Maybe[str] = UNSET
    number: int | None = None


async def upsert_tenants(ctx: Ctx, records: Sequence[TenantRecord]) -> list[Outcome]:
    """Add or change tenants, each in a transaction of its own; an outcome each, whose key is the id.

    Raises InvalidInputError for an empty list, or one that is too long, ForbiddenError for who may not write.
    """
    ctx.require(WRITE)
    check_length("tenants", records, MOST)
    return await ctx.work(lambda work: _all(work, ctx.actor, ctx.author, records))


def _all(work: Work, actor: Actor, author: Author, records: Sequence[TenantRecord]) -> list[Outcome]:
    seen: set[str] = set()
    found = []
    for record in records:
        try:
            found.append(_one(work, actor, author, record, seen))
        except (InvalidInputError, ConflictError) as error:
            found.append(_rejected(error.field, error.message, error.code))
        except ForbiddenError as error:
            found.append(_rejected("slug", error.message, error.code))
    return found


def _rejected(field: str, message: str, code: str) -> Outcome:
    return Outcome(REJECTED, problems=(Problem(field, message, code),))


def _one(work: Work, actor: Actor, author: Author, record: TenantRecord, seen: set[str]) -> Outcome:
    if record.slug in seen:
        told = f"'{record.slug[:60]}' is in the list twice; only the first counts."
        raise InvalidInputError("slug", told)
    seen.add(record.slug)
    given = {name: getattr(record, name) for name in _FIELDS}
    for name, value in given.items():
        if value is None:
            told = "It cannot be null; leave it out to keep what there is."
            raise InvalidInputError(_FIELDS[name], told)
    values = {name: value for name, value in given.items() if value is not UNSET}
    wanted = checked(TenantChanges(slug=record.slug, **values))
    with work.transaction(None):
        rows = work.run(_BY_SLUG, {"slug": record.slug}) if storable(record.slug) else []
    if not rows or not actor.sees(int(rows[0][0])):
        check_maker(actor)
        return _made(work, author, record, wanted)
    number = int(rows[0][0])
    if record.number not in (None, number):
        told = "The tenant of this slug has another number, which stays as it is."
        raise ConflictError(told, field="database_id")
    return Outcome(UPDATED if change(work, author, number, wanted, _ACTION) else UNCHANGED, (number,))


def _made(work: Work, author: Author, record: TenantRecord, wanted: dict[str, str]) -> Outcome:
    for name, field in _FIELDS.items():
        if name not in wanted:
            raise InvalidInputError(field, "It is required for a new tenant; a value is accepted.")
    return Outcome(CREATED, (make(work, author, wanted, record.number, _ACTION),))
