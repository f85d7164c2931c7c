"""The use case: a merge is undone, and the two customers are two again."""

from typing import Any, NamedTuple

import psycopg

from kit.db import Statement, Work
from kit.errors import ConflictError, NotFoundError
from resolvers import tenants
from resolvers.audit.author import Author
from resolvers.audit.change import Change
from resolvers.audit.record import record_work
from resolvers.context import ADMIN, Ctx
from resolvers.imports.links import relink_customers
from resolvers.imports.tenant import lock, mark_changed
from resolvers.merging.locks import lock_people, lock_scores, lock_segments
from resolvers.merging.memberships import give_back
from resolvers.merging.merge import BUSY, KIND, PATIENCE
from resolvers.merging.scores import put_back
from resolvers.merging.statements import statement
from resolvers.segment_feed import Why, stand

_FIND = Statement(
    "SELECT merged.from_id, merged.into_id, merged.survivor_id, merged.undone_at, merged.erased_at, "
    "merged.external_id, kept.external_id FROM customer_merge AS merged LEFT JOIN customer AS kept "
    "ON kept.tenant_id = %(tenant_id)s AND kept.id = merged.into_id "
    "WHERE merged.tenant_id = %(tenant_id)s AND merged.id = %(merge)s",
    True,
    {},
)
_LATER = Statement(
    "SELECT id, into_id FROM customer_merge WHERE tenant_id = %(tenant_id)s AND from_id = %(into)s "
    "AND undone_at IS NULL",
    True,
    {},
)


class Unmerged(NamedTuple):
    """A merge that is undone: who is there again, and whom they had been merged into."""

    id: int
    restored: int
    left: int


class _Standing(NamedTuple):
    source: int
    target: int
    source_name: str
    target_name: str


async def unmerge(ctx: Ctx, tenant: int, merge: int) -> Unmerged:
    """Undo a merge, in one transaction, once. What came in since under the merged one's names stays.

    Raises NotFoundError for an unknown tenant or merge, ConflictError for one that is undone already, whose
    survivor was erased or was merged further since, and where an import or a run goes on; ForbiddenError
    without the scope admin.
    """
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, ADMIN)
    author = ctx.author

    def do(work: Work) -> Unmerged:
        try:
            with work.transaction(tenant, patience=PATIENCE):
                lock(work, tenant, wait=True)
                return _undone(work, tenant, merge, author)
        except psycopg.errors.LockNotAvailable:
            raise ConflictError(BUSY) from None

    return await ctx.work(do)


def _undone(work: Work, tenant: int, merge: int, author: Author) -> Unmerged:
    found = _standing(work, tenant, merge)
    values: dict[str, Any] = {"merge": merge, "from": found.source, "into": found.target}
    lock_scores(work)
    lock_segments(work)
    lock_people(work)
    _give_back(work, values, found)
    entries = [*put_back(work, found.source, merge), *give_back(work, values)]
    work.run(statement("undo_end"), values)
    relink_customers(work, [found.source, found.target])
    mark_changed(work, tenant)
    before = {"from": found.source, "into": found.target}
    record_work(work, author, Change("customerUnmerge", tenant, KIND, merge, before=before))
    stand(work, tenant, entries, Why("merged"))
    return Unmerged(merge, found.source, found.target)


def _standing(work: Work, tenant: int, merge: int) -> _Standing:
    rows = work.run(_FIND, {"merge": merge})
    if not rows:
        raise NotFoundError.of(KIND, tenant, merge)
    source, target, survivor, undone_at, erased_at, source_name, target_name = rows[0]
    if undone_at is not None:
        raise ConflictError(f"The merge was undone on {undone_at:%Y-%m-%d}.", field="id")
    if erased_at is not None:
        raise ConflictError("Who was merged was erased since; there is nothing to give back.", field="id")
    if survivor != target:
        ((later, into),) = work.run(_LATER, {"into": target})
        told = f"Customer {target} was merged into {into} since; undo that merge ({later}) first."
        raise ConflictError(told, field="id")
    return _Standing(source, target, source_name, target_name)


def _give_back(work: Work, values: dict[str, Any], found: _Standing) -> None:
    """Put the customer's row back, and all that was theirs on it."""
    work.run(statement("undo_person"), values)
    before = [number for (number,) in work.run(statement("undo_through"), values)]
    work.run(statement("undo_events"), {**values, "through": [found.source, *before]})
    names = {**values, "from_name": found.source_name, "into_name": found.target_name}
    for part in ("profiles", "fetched"):
        work.run(statement(f"undo_{part}"), names)
    for part in ("orders", "refunds", "consents", "fill"):
        work.run(statement(f"undo_{part}"), values)
