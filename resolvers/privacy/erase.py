"""Erase a customer: who they are goes, what they bought stays, without them."""

import secrets
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from kit.db import Statement, Work, load
from kit.errors import ConflictError, InvalidInputError, NotFoundError
from resolvers import tenants
from resolvers.audit.author import Author
from resolvers.audit.change import Change
from resolvers.audit.record import record_work
from resolvers.context import ADMIN, Ctx
from resolvers.imports.tenant import lock, mark_changed
from resolvers.merging.named import survivor_of
from resolvers.privacy.erased import CODE, TOLD, Erased, pads
from resolvers.privacy.mentions import NAMES, mentions
from resolvers.privacy.named import only_one
from resolvers.segment_feed import Entry, Why, reserve, stand
from resolvers.segments.members import take_out
from resolvers.writes.checks import Check
from resolvers.writes.outcome import REJECTED, Outcome, Problem, as_json
from resolvers.writes.people import CustomerReference, check_reference

KIND = "Customer"
_SQL = Path(__file__).parent.parent.parent / "models" / "sql"
_BUSY = "An import, or another caller, is at it; try again in a moment."
_FIND = Statement(
    "SELECT id, external_id, email, erased_at FROM customer WHERE tenant_id = %(tenant_id)s "
    "AND (id = %(id)s::bigint OR external_id = %(external_id)s::text "
    "OR email_norm = lower(btrim(%(email)s::text))) "
    "ORDER BY id LIMIT 2 FOR UPDATE",
    True,
    {},
)
_KEY = Statement(
    "INSERT INTO erasure_key (tenant_id, key) VALUES (%(tenant_id)s, %(key)s) ON CONFLICT DO NOTHING",
    True,
    {},
)
_KNOWN_KEY = Statement("SELECT key FROM erasure_key WHERE tenant_id = %(tenant_id)s", True, {})
_TOMBSTONES = load(_SQL / "erase_tombstones.sql")
_ORDERS = Statement(
    "UPDATE customer_order SET external_id = 'erased-' || gen_random_uuid() "
    "WHERE tenant_id = %(tenant_id)s AND customer_id = %(id)s",
    True,
    {},
)
_REFUNDS = Statement(
    "UPDATE refund SET external_id = 'erased-' || gen_random_uuid() "
    "WHERE tenant_id = %(tenant_id)s AND customer_id = %(id)s",
    True,
    {},
)
_LINKS = load(_SQL / "erase_links.sql")
_EVENTS = Statement("DELETE FROM event WHERE tenant_id = %(tenant_id)s AND customer_id = %(id)s", True, {})
_CONSENTS = Statement(
    "DELETE FROM customer_consent WHERE tenant_id = %(tenant_id)s AND customer_id = %(id)s", True, {}
)
_STATIC = Statement(
    "SELECT id FROM segment WHERE tenant_id = %(tenant_id)s AND type = 'static' AND id IN ("
    "SELECT segment_id FROM segment_member WHERE tenant_id = %(tenant_id)s AND customer_id = %(id)s) "
    "ORDER BY id FOR UPDATE",
    True,
    {},
)
_KEYS = load(_SQL / "erase_idempotency_keys.sql")
_ANSWERED = {
    name: Jsonb(as_json([Outcome(REJECTED, problems=(Problem(field, TOLD, CODE),))])[0])
    for name, field in (("erased_record", "external_id"), ("erased_event", "customer"))
}
"""What stands in stored answers where the person's results were."""
_FETCHED = load(_SQL / "erase_fetched_orders.sql")
_PROFILES = load(_SQL / "erase_profiles.sql")
_MERGES = load(_SQL / "erase_merges.sql")
_PERSON = load(_SQL / "erase_person.sql")


class Erasure(NamedTuple):
    """What became of a customer: since when they are erased, and whether by this call.

    `customer` None: they were erased before, and the number that their orders kept is not told.
    """

    customer: int | None
    erased_at: datetime | None
    anew: bool


async def erase(ctx: Ctx, tenant: int, customer: CustomerReference) -> Erasure:
    """Erase a customer, in one transaction. To do it again changes nothing.

    Raises NotFoundError for an unknown tenant or customer, InvalidInputError for a customer who is not named
    by exactly one thing, ForbiddenError without the scope admin, ConflictError where an import goes on.
    """
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, ADMIN)
    check_named(customer)
    author = ctx.author

    def do(work: Work) -> Erasure:
        try:
            with work.transaction(tenant, patience=10):
                lock(work, tenant, wait=True)
                return _erased(work, tenant, author, customer)
        except psycopg.errors.LockNotAvailable:
            raise ConflictError(_BUSY) from None

    return await ctx.work(do)


def check_named(customer: CustomerReference) -> None:
    """Raises InvalidInputError for a reference that does not say exactly one thing, or that is no such."""
    check = Check()
    check_reference(check, "customer", customer)
    for problem in check.problems:
        raise InvalidInputError(problem.field, problem.message)


def _erased(work: Work, tenant: int, author: Author, customer: CustomerReference) -> Erasure:
    found = work.run(_FIND, _named(customer))
    if not found and (survivor := survivor_of(work, customer)) is not None:
        found = work.run(_FIND, _named(CustomerReference(survivor.id)))
    if not found:
        if _was_erased(work, customer):
            return Erasure(None, None, anew=False)
        raise NotFoundError("The tenant has no such customer.", field="customer")
    only_one(found)
    number, external_id, email, erased_at = found[0]
    if erased_at is not None:
        return Erasure(number, erased_at, anew=False)
    values: dict[str, Any] = {"id": number, "name": f"erased-{secrets.token_hex(16)}"}
    names = [external_id, *(name for (name,) in work.run(NAMES, {"customer": number}))]
    _bury(work, values)
    counts = {name: work.count(each, values) for name, each in (("orders", _ORDERS), ("refunds", _REFUNDS))}
    work.run(_LINKS, values)
    counts["events"] = work.count(_EVENTS, values)
    work.count(_CONSENTS, values)
    work.count(_PROFILES, values)
    work.count(_FETCHED, {**values, "names": names})
    work.count(_KEYS, {**mentions(names, email), **_ANSWERED})
    work.count(_MERGES, values)
    entries = _take_out(work, number)
    ((at,),) = work.run(_PERSON, values)
    mark_changed(work, tenant)
    record_work(work, author, Change("customerErase", tenant, KIND, number, counts=counts))
    stand(work, tenant, entries, Why("removed"))
    return Erasure(number, at, anew=True)


def _named(customer: CustomerReference) -> dict[str, Any]:
    given = customer._asdict()
    external_id = customer.external_id
    return {
        "id": given["database_id"],
        "external_id": None if external_id is None else external_id.strip(),
        "email": given["email"],
    }


def _was_erased(work: Work, customer: CustomerReference) -> bool:
    erased = Erased(work)
    if customer.external_id is not None:
        return bool(erased.among("customer", [customer.external_id.strip()]))
    return customer.email is not None and bool(erased.among("email", [customer.email]))


def _bury(work: Work, values: dict[str, Any]) -> None:
    """Keep digests of how the customer and their orders are known, and of what they are known by from now."""
    work.run(_KEY, {"key": secrets.token_bytes(32)})
    ((key,),) = work.run(_KNOWN_KEY)
    work.run(_TOMBSTONES, {**values, **pads(bytes(key))})


def _take_out(work: Work, customer: int) -> list[Entry]:
    """Take the customer out of static segments; what the feed is to tell of it."""
    segments = [number for (number,) in work.run(_STATIC, {"id": customer})]
    entries = []
    for feed, segment in zip(reserve(work, len(segments)), segments, strict=True):
        take_out(work, segment, customer, feed)
        entries.append(Entry.of(feed, segment, entered=False))
    return entries
