"""What writers announce from within their transactions: it is told once they are committed, and only then."""

from collections.abc import Sequence
from typing import TypeAlias

import orjson

from kit.db import Transaction, Work
from kit.db.notices import MOST_BYTES, notice, tell, tell_from

RUNS, MOVES, EVENTS, SYNCS = "run", "moves", "events", "sync"
MOST_EVENTS = 1_000
"""Of one transaction that are told one by one; what is more is told by its number."""

_ROOM = 200


EventKey: TypeAlias = tuple[int, str]
"""What an event is found by: its moment in microseconds since 1970, and its message id."""


def run_changed(work: Work, tenant: int, run_id: int) -> None:
    """A run is further than it was."""
    tell(work, [notice(tenant, RUNS, run=run_id)])


def segments_changed(work: Work, tenant: int) -> None:
    """There is more in the feed of changes of segments."""
    tell(work, [notice(tenant, MOVES)])


async def segments_changed_from(transaction: Transaction, tenant: int) -> None:
    """The same from a transaction of the application's pool."""
    await tell_from(transaction, [notice(tenant, MOVES)])


async def run_queued(transaction: Transaction, tenant: int, run_id: int) -> None:
    """A run waits for a worker."""
    await tell_from(transaction, [notice(tenant, RUNS, run=run_id)])


def sync_changed(work: Work, tenant: int, integration: int) -> None:
    """A sync of an integration is further than it was."""
    tell(work, [notice(tenant, SYNCS, integration=integration)])


async def sync_queued(transaction: Transaction, tenant: int, integration: int) -> None:
    """A sync of an integration waits for a worker."""
    await tell_from(transaction, [notice(tenant, SYNCS, integration=integration)])


def events_stored(work: Work, tenant: int, keys: Sequence[EventKey], total: int) -> None:
    """Events are new: `total` of them, of which `keys` may leave some out."""
    tell(work, event_notices(tenant, keys, total))


def event_notices(tenant: int, keys: Sequence[EventKey], total: int) -> list[str]:
    """What is told of `total` new events, of which `keys` may leave some out."""
    parts: list[list[bytes]] = [[]]
    named, used = 0, 0
    for key in keys[:MOST_EVENTS]:
        written = orjson.dumps(key)
        length = len(written) + 1
        if length > MOST_BYTES - _ROOM:
            continue
        if used + length > MOST_BYTES - _ROOM:
            parts.append([])
            used = 0
        parts[-1].append(written)
        named, used = named + 1, used + length
    omitted = total - named
    told = [notice(tenant, EVENTS, keys=orjson.Fragment(b"[%b]" % b",".join(part))) for part in parts if part]
    return [*told, notice(tenant, EVENTS, omitted=omitted)] if omitted else told
