"""A sync's record and lock: one sync an integration at a time, seen by everyone while it goes on."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from connectors.vtex import Revenue
from kit.db import Statement, Work
from kit.errors import ConflictError
from resolvers.live import announce
from resolvers.syncing.statements import statement

LOCK = "cdp.sync:"
FULL, RECENT = "full", "recent"
_TRY = "SELECT pg_try_advisory_lock(hashtextextended(%(name)s, 0))"
_ENSURE = Statement(
    "INSERT INTO integration_sync (tenant_id, integration_id) "
    "SELECT tenant_id, id FROM integration WHERE tenant_id = %(tenant_id)s AND id = %(integration)s "
    "ON CONFLICT DO NOTHING",
    True,
    {},
)
_BEGIN = Statement(
    "UPDATE integration_sync SET status = 'running', kind = CASE WHEN %(full)s "
    "OR full_finished_at IS NULL THEN 'full' ELSE 'recent' END, started_at = now(), "
    "finished_at = NULL, error = NULL, per_second = NULL, next_at = now() + interval '2 minutes' "
    "WHERE tenant_id = %(tenant_id)s AND integration_id = %(integration)s "
    "RETURNING kind, started_at, full_until, full_started_at, full_finished_at, through_at, revenue",
    True,
    {},
)
_ALIVE = Statement(
    "UPDATE integration_sync AS sync SET next_at = now() + interval '2 minutes' FROM integration "
    "WHERE sync.tenant_id = %(tenant_id)s AND sync.integration_id = %(integration)s "
    "AND sync.status = 'running' AND integration.tenant_id = %(tenant_id)s "
    "AND integration.id = sync.integration_id AND integration.is_active",
    True,
    {},
)
_HOLD = Statement(
    "SELECT id FROM integration WHERE tenant_id = %(tenant_id)s AND id = %(integration)s AND is_active "
    "FOR KEY SHARE",
    True,
    {},
)
_FINISHED = Statement(
    "UPDATE integration_sync SET status = 'succeeded', finished_at = now(), error = NULL, attempts = 0, "
    "next_at = now() + make_interval(mins => %(minutes)s), through_at = %(through)s, "
    "full_finished_at = CASE WHEN kind = 'full' THEN now() ELSE full_finished_at END "
    "WHERE tenant_id = %(tenant_id)s AND integration_id = %(integration)s RETURNING changed",
    True,
    {},
)
_SYNCED = Statement(
    "UPDATE integration SET last_sync_at = %(through)s WHERE tenant_id = %(tenant_id)s "
    "AND id = %(integration)s",
    True,
    {},
)
_STALLED = Statement(
    "UPDATE integration_sync SET status = 'stalled', finished_at = now(), error = %(error)s, "
    "attempts = attempts + 1, next_at = now() + make_interval(secs => least(3600, "
    "60 * 2 ^ least(attempts, 10)) * %(share)s) "
    "WHERE tenant_id = %(tenant_id)s AND integration_id = %(integration)s",
    True,
    {},
)
_INTERRUPTED = Statement(
    "UPDATE integration_sync SET status = 'waiting', next_at = now() "
    "WHERE tenant_id = %(tenant_id)s AND integration_id = %(integration)s AND status = 'running'",
    True,
    {},
)
_STATUSES = Statement(
    "SELECT status, count(*) FROM integration_order WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s GROUP BY status",
    True,
    {},
)
_REPORT = Statement(
    "UPDATE integration_sync SET revenue = %(revenue)s, unknown_statuses = %(unknown)s "
    "WHERE tenant_id = %(tenant_id)s AND integration_id = %(integration)s",
    True,
    {},
)
_CHANGED = Statement(
    "UPDATE integration_sync SET changed = false WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s AND changed",
    True,
    {},
)


class StoppedError(ConflictError):
    """The integration was removed, or is not to be used any more, while it was fetched from."""


class Standing(NamedTuple):
    """What a sync finds when it begins."""

    kind: str
    started_at: datetime
    full_until: datetime | None
    full_started_at: datetime | None
    full_finished_at: datetime | None
    through_at: datetime | None
    revenue: dict[str, Any]

    @property
    def full_open(self) -> bool:
        """Whether a full sync was begun and has not come to its end."""
        return self.full_started_at is not None and self.full_finished_at is None


@dataclass(slots=True)
class Control:
    """The record of an integration's syncs, on a connection of its own that also holds the lock.

    The lock is the session's: it falls with the process, so a killed sync never blocks the next.
    """

    work: Work
    tenant: int
    integration: int

    def claim(self) -> None:
        """Take the integration's lock, for as long as the connection is open.

        Raises ConflictError if another sync of it goes on.
        """
        if not self.work.run(_TRY, {"name": f"{LOCK}{self.tenant}:{self.integration}"})[0][0]:
            raise ConflictError(f"A sync of integration {self.integration} is going on; wait for it.")

    def begin(self, *, full: bool) -> Standing:
        """Write that a sync has begun: a full one where that is asked for, or never came to its end.

        Raises StoppedError where the integration is gone.
        """
        with self.work.transaction(self.tenant):
            self.work.run(_ENSURE, self._named())
            rows = self.work.run(_BEGIN, self._named(full=full))
            self.tell()
        if not rows:
            raise StoppedError(f"Integration {self.integration} was removed.")
        return Standing(*rows[0])

    def alive(self) -> None:
        """Write that the sync goes on. Raises StoppedError where it is not to."""
        with self.work.transaction(self.tenant, durable=False):
            if self.work.count(_ALIVE, self._named()) != 1:
                raise StoppedError(f"Integration {self.integration} was removed or switched off.")

    def hold(self) -> None:
        """Keep the integration from being removed until the transaction ends. Raises StoppedError."""
        if not self.work.run(_HOLD, self._named()):
            raise StoppedError(f"Integration {self.integration} was removed or switched off.")

    def finished(self, *, through: datetime, minutes: int) -> bool:
        """Write that all up to an instant is here, and after how long the next sync is due.

        Returns whether data changed that have not been scored since. Raises StoppedError.
        """
        with self.work.transaction(self.tenant):
            told = self._named(through=through, minutes=minutes)
            self.hold()
            changed = self.work.run(_FINISHED, told)[0][0]
            self.work.run(_SYNCED, told)
            self.tell()
        return bool(changed)

    def stalled(self, error: str) -> None:
        """Write why the sync could not go on. It is tried again later, each time after twice the pause."""
        with self.work.transaction(self.tenant):
            self.work.run(_STALLED, self._named(error=error, share=random.uniform(0.75, 1.0)))  # noqa: S311
            self.tell()

    def interrupted(self) -> None:
        """Write that the sync's process ends; the next one goes on at once."""
        with self.work.transaction(self.tenant):
            self.work.run(_INTERRUPTED, self._named())
            self.tell()

    def apply(self, revenue: Revenue, before: Mapping[str, Any]) -> bool:
        """Give the orders that are here the status they have by the table; whether that changed any."""
        if dict(revenue.own) == dict(before):
            return False
        with self.work.transaction(self.tenant):
            seen = [str(row[0]) for row in self.work.run(_STATUSES, self._named())]
            statuses = Jsonb({each: revenue.status(each) for each in seen})
            return self.work.count(statement("revenue"), self._named(statuses=statuses)) > 0

    def report(self, revenue: Revenue) -> None:
        """Write which statuses the table knows nothing of, and how many orders have them."""
        with self.work.transaction(self.tenant):
            seen = {str(name): int(count) for name, count in self.work.run(_STATUSES, self._named())}
            unknown = {name: count for name, count in seen.items() if not revenue.knows(name)}
            self.work.run(_REPORT, self._named(revenue=Jsonb(dict(revenue.own)), unknown=Jsonb(unknown)))

    def clear_changed(self) -> None:
        """Write that what changed is being scored."""
        with self.work.transaction(self.tenant):
            self.work.count(_CHANGED, self._named())

    def _named(self, **values: object) -> dict[str, object]:
        return {"integration": self.integration, **values}

    def tell(self) -> None:
        """Tell those who follow, once the transaction is committed."""
        announce.sync_changed(self.work, self.tenant, self.integration)
