"""Buyers who turn out to be one, once Master Data has told who they are: they are merged."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import groupby
from typing import NamedTuple

from kit.db import Statement, Work
from kit.errors import ConflictError, NotFoundError
from resolvers.audit.author import Author
from resolvers.merging.merge import Cause, merge_found
from resolvers.syncing.statements import statement

_REASON = "Master Data has one e-mail for both; found by a sync of integration {}."
_APART = Statement(
    "SELECT from_id, into_id FROM customer_merge WHERE tenant_id = %(tenant_id)s "
    "AND undone_at IS NOT NULL AND (from_id = ANY (%(ids)s) OR into_id = ANY (%(ids)s))",
    True,
    {},
)


class _Known(NamedTuple):
    """A customer whom Master Data has by an address, and whether a sync made them."""

    address: str
    id: int
    made: bool


def same_buyers(work: Work, tenant: int) -> list[tuple[int, int]]:
    """Customers whom Master Data has by the same e-mail of their own: whom to merge into whom.

    Only such are merged away as syncs have made: of a profile, or of an address. The survivor is a customer
    of the shop's own where there is one, else the first that came in. Who was taken apart by hand stays so.
    """
    with work.transaction(tenant):
        return [*_pairs(work)]


def join_buyers(work: Work, tenant: int, integration: int, pairs: Iterable[tuple[int, int]]) -> None:
    """Merge them, but for whom somebody has merged or erased meanwhile."""
    cause = Cause(Author.of_command(), "sync", _REASON.format(integration))
    for source, target in pairs:
        with suppress(ConflictError, NotFoundError):
            merge_found(work, tenant, source, target, cause)


def _pairs(work: Work) -> Iterator[tuple[int, int]]:
    """Whom to merge into whom. Each is merged away once at most, and nobody into one who was."""
    known = [_Known(*row) for row in work.run(statement("joined"))]
    rows = work.run(_APART, {"ids": [each.id for each in known]}) if known else []
    apart = {frozenset(row) for row in rows}
    gone: set[int] = set()
    for _, group in groupby(known, key=lambda each: each.address):
        them = [each for each in group if each.id not in gone]
        target = min(them, key=lambda each: (each.made, each.id), default=None)
        for each in them:
            if target is None or not each.made or each.id == target.id:
                continue
            if {each.id, target.id} not in apart:
                gone.add(each.id)
                yield each.id, target.id
