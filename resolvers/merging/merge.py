"""The use case: two customers are one, and become it."""

from typing import Any, Literal, NamedTuple

import psycopg

from kit.db import Statement, Work
from kit.errors import ConflictError, InvalidInputError
from kit.text import fitted, storable
from resolvers import tenants
from resolvers.audit.author import Author
from resolvers.audit.change import Change
from resolvers.audit.record import record_work
from resolvers.context import ADMIN, Ctx
from resolvers.imports.links import relink_customers
from resolvers.imports.tenant import lock, mark_changed
from resolvers.merging.locks import lock_people, lock_scores, lock_segments
from resolvers.merging.memberships import hand_over
from resolvers.merging.named import check_named, find
from resolvers.merging.scores import take_away
from resolvers.merging.statements import statement
from resolvers.merging.survivors import Survivor
from resolvers.segment_feed import Why, stand
from resolvers.writes.people import CustomerReference

Origin = Literal["caller", "sync"]

KIND = "CustomerMerge"
LONGEST_REASON = 500
BUSY = "An import, a run, or another caller is at it; try again in a moment."
PATIENCE = 10
_EARLIER = Statement(
    "SELECT id FROM customer_merge WHERE tenant_id = %(tenant_id)s AND undone_at IS NULL "
    "AND (from_id = %(number)s::bigint OR external_id = %(name)s::text OR email_norm = %(email)s::text) "
    "ORDER BY id LIMIT 1",
    True,
    {},
)
_GO = Statement("DELETE FROM customer WHERE tenant_id = %(tenant_id)s AND id = %(from)s", True, {})
_COUNTS = Statement(
    "SELECT orders, refunds, events FROM customer_merge WHERE tenant_id = %(tenant_id)s AND id = %(merge)s",
    True,
    {},
)


class Cause(NamedTuple):
    """Who found that two customers are one, and why: words of the caller's, or of the sync's."""

    author: Author
    origin: Origin = "caller"
    reason: str | None = None


class Merged(NamedTuple):
    """A merge that stands: its number, who has what was theirs, and whether by this call."""

    id: int
    survivor: int
    anew: bool


async def merge(
    ctx: Ctx, tenant: int, source: CustomerReference, target: CustomerReference, reason: str | None = None
) -> Merged:
    """Merge the customer `source` into `target`, in one transaction. To do it again changes nothing.

    Raises NotFoundError for an unknown tenant or customer, InvalidInputError for a customer who is not named
    by exactly one thing or is to be merged with themselves, ConflictError for one who was erased or merged
    into another, and where an import or a run goes on; ForbiddenError without the scope admin. Fields of
    errors are `from` and `into`.
    """
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, ADMIN)
    check_named("from", source)
    check_named("into", target)
    cause = Cause(ctx.author, reason=_checked(reason))

    def do(work: Work) -> Merged:
        try:
            with work.transaction(tenant, patience=PATIENCE):
                lock(work, tenant, wait=True)
                return _merged(work, tenant, source, target, cause)
        except psycopg.errors.LockNotAvailable:
            raise ConflictError(BUSY) from None

    return await ctx.work(do)


def merge_found(work: Work, tenant: int, source: int, target: int, cause: Cause) -> Merged:
    """The same of two customers by their numbers, in a transaction of its own that waits for others."""
    with work.transaction(tenant):
        lock(work, tenant, wait=True)
        return _merged(work, tenant, CustomerReference(source), CustomerReference(target), cause)


def _checked(reason: str | None) -> str | None:
    found = None if reason is None else reason.strip()
    if found and (len(found) > LONGEST_REASON or not storable(found)):
        raise InvalidInputError("reason", f"reason must be text of at most {LONGEST_REASON} characters.")
    return found or None


def _merged(
    work: Work, tenant: int, source: CustomerReference, target: CustomerReference, cause: Cause
) -> Merged:
    kept, gone = find(work, "into", target), find(work, "from", source)
    earlier = _earlier(work, source)
    if kept.id == gone.id and earlier is not None:
        return Merged(earlier, kept.id, anew=False)
    if isinstance(gone, Survivor):
        raise ConflictError(f"The customer was merged already, into customer {gone.id}.", field="from")
    if isinstance(kept, Survivor):
        told = f"The customer was merged into customer {kept.id}; name that one."
        raise ConflictError(told, field="into")
    if kept.id == gone.id:
        raise InvalidInputError("into", "Both are the same customer; name another to merge them into.")
    return _moved(work, tenant, gone.id, kept.id, cause)


def _earlier(work: Work, reference: CustomerReference) -> int | None:
    """The merge that stands of the customer who was known by this."""
    number, name, email = reference
    values = {
        "number": number,
        "name": None if name is None else name.strip(),
        "email": None if email is None else email.strip().lower(),
    }
    rows = work.run(_EARLIER, values)
    return rows[0][0] if rows else None


def _moved(work: Work, tenant: int, gone: int, kept: int, cause: Cause) -> Merged:
    values: dict[str, Any] = {"from": gone, "into": kept}
    begun = {"origin": cause.origin, "by": fitted(cause.author.subject), "reason": cause.reason}
    ((merge,),) = work.run(statement("begin"), {**values, **begun})
    values["merge"] = merge
    # Events may be many, and are moved while others come in; those are few, and are moved with all the rest.
    work.run(statement("events"), values)
    lock_scores(work)
    lock_segments(work)
    lock_people(work)
    for part in ("events", "profiles", "fetched", "orders", "refunds", "consents", "fill"):
        work.run(statement(part), values)
    entries = [*take_away(work, gone), *hand_over(work, values)]
    work.run(statement("through"), values)
    work.run(_GO, values)
    relink_customers(work, [kept])
    mark_changed(work, tenant)
    _record(work, tenant, merge, values, cause.author)
    stand(work, tenant, entries, Why("merged"))
    return Merged(merge, kept, anew=True)


def _record(work: Work, tenant: int, merge: int, values: dict[str, Any], author: Author) -> None:
    """The log's entry: whom it was about by their numbers, and how much."""
    ((orders, refunds, events),) = work.run(_COUNTS, values)
    after = {"from": values["from"], "into": values["into"]}
    counts = {"orders": orders, "refunds": refunds, "events": events}
    record_work(work, author, Change("customerMerge", tenant, KIND, merge, after=after, counts=counts))
