"""A sync's record: seen by everyone while it goes on, and written by the run that it is of alone."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from kit.db import Statement, Work
from kit.errors import ConflictError
from resolvers.live import announce
from resolvers.syncing.naming import prefix_of
from resolvers.syncing.source import Source, StoppedError, read_source

FULL, RECENT = "full", "recent"
_ENSURE = Statement(
    "INSERT INTO integration_sync (tenant_id, integration_id) "
    "VALUES (%(tenant_id)s, %(integration)s) ON CONFLICT DO NOTHING",
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
_OF_RUN = (
    "tenant_id = %(tenant_id)s AND integration_id = %(integration)s "
    "AND status = 'running' AND started_at = %(run)s"
)
"""The record of a run, and of no other: one of another account may have been begun since."""
_ALIVE = Statement(
    "UPDATE integration_sync SET next_at = now() + interval '2 minutes' "  # noqa: S608
    f"WHERE {_OF_RUN} AND EXISTS (SELECT FROM integration "
    "WHERE tenant_id = %(tenant_id)s AND id = %(integration)s AND is_active)",
    True,
    {},
)
_HOLD = Statement(
    "SELECT id FROM integration WHERE tenant_id = %(tenant_id)s AND id = %(integration)s AND is_active "
    "FOR KEY SHARE",
    True,
    {},
)
_GOES_ON = Statement(f"SELECT integration_id FROM integration_sync WHERE {_OF_RUN}", True, {})  # noqa: S608
_FINISHED = Statement(
    "UPDATE integration_sync SET status = 'succeeded', finished_at = now(), error = NULL, attempts = 0, "  # noqa: S608
    "next_at = now() + make_interval(mins => %(minutes)s), through_at = %(through)s, "
    "full_finished_at = CASE WHEN kind = 'full' THEN now() ELSE full_finished_at END "
    f"WHERE {_OF_RUN} RETURNING changed_at IS NOT NULL",
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
    "UPDATE integration_sync SET status = 'stalled', finished_at = now(), error = %(error)s, "  # noqa: S608
    "attempts = attempts + 1, next_at = now() + make_interval(secs => least(3600, "
    f"60 * 2 ^ least(attempts, 10)) * %(share)s) WHERE {_OF_RUN}",
    True,
    {},
)
_INTERRUPTED = Statement(
    f"UPDATE integration_sync SET status = 'waiting', next_at = now() WHERE {_OF_RUN}",  # noqa: S608
    True,
    {},
)
_ADVANCE = Statement(
    "UPDATE integration_sync SET orders_done = orders_done + %(done)s, per_second = %(per_second)s, "  # noqa: S608
    f"changed_at = CASE WHEN %(changed)s THEN now() ELSE changed_at END WHERE {_OF_RUN}",
    True,
    {},
)
_MARK = Statement(
    "UPDATE integration_sync SET revenue = %(revenue)s, "  # noqa: S608
    f"changed_at = CASE WHEN %(changed)s THEN now() ELSE changed_at END WHERE {_OF_RUN}",
    True,
    {},
)


class Standing(NamedTuple):
    """What a sync finds when it begins."""

    kind: str
    started_at: datetime
    full_until: datetime | None
    full_started_at: datetime | None
    full_finished_at: datetime | None
    through_at: datetime | None
    revenue: dict[str, Any]
    source: Source
    prefix: str

    @property
    def full_open(self) -> bool:
        """Whether a full sync was begun and has not come to its end."""
        return self.full_started_at is not None and self.full_finished_at is None


@dataclass(slots=True)
class Control:
    """The record of an integration's run, on a connection of its own.

    `run` is when it began; None before. What is written is written to this run's record alone: once the
    integration was given another account, its record is another.
    """

    work: Work
    tenant: int
    integration: int
    run: datetime | None = None

    def begin(self, *, full: bool, account: str) -> Standing:
        """Write that a sync has begun: a full one where that is asked for, or never came to its end.

        Raises NotFoundError where the integration is gone, StoppedError where it is switched off,
        ConflictError where its account is not the one that is expected any more.
        """
        with self.work.transaction(self.tenant):
            source = read_source(self.work, self.tenant, self.integration)
            if source.account_name != account:
                raise ConflictError(f"The account of integration {self.integration} was changed just now.")
            prefix = prefix_of(self.work, account)
            self.work.count(_ENSURE, self._named())
            rows = self.work.run(_BEGIN, self._named(full=full))
            self.tell()
        standing = Standing(*(*rows[0], source, prefix))
        self.run = standing.started_at
        return standing

    def alive(self) -> None:
        """Write that the sync goes on. Raises StoppedError where it is not to."""
        with self.work.transaction(self.tenant, durable=False):
            self._only_one(self.work.count(_ALIVE, self._named()))

    def hold(self) -> None:
        """Keep the integration as it is until the transaction ends. Raises StoppedError."""
        self._only_one(len(self.work.run(_HOLD, self._named())))
        self._only_one(len(self.work.run(_GOES_ON, self._named())))

    def advance(self, *, done: int, per_second: float, changed: bool) -> None:
        """Write, within the transaction that stores them, that orders are done. Raises StoppedError."""
        told = self._named(done=done, per_second=per_second, changed=changed)
        self._only_one(self.work.count(_ADVANCE, told))

    def mark(self, revenue: Mapping[str, bool], *, changed: bool) -> None:
        """Write, in the transaction that applies it, which table the orders follow. Raises StoppedError."""
        told = self._named(revenue=Jsonb(dict(revenue)), changed=changed)
        self._only_one(self.work.count(_MARK, told))

    def finished(self, *, through: datetime, minutes: int) -> bool:
        """Write that all up to an instant is here, and after how long the next sync is due.

        Returns whether data changed that have not been scored since. Raises StoppedError.
        """
        with self.work.transaction(self.tenant):
            told = self._named(through=through, minutes=minutes)
            self.hold()
            rows = self.work.run(_FINISHED, told)
            self._only_one(len(rows))
            self.work.run(_SYNCED, told)
            self.tell()
        return bool(rows[0][0])

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

    def tell(self) -> None:
        """Tell those who follow, once the transaction is committed."""
        announce.sync_changed(self.work, self.tenant, self.integration)

    def _only_one(self, rows: int) -> None:
        if rows != 1:
            raise StoppedError(
                f"Integration {self.integration} was removed, switched off or given another account."
            )

    def _named(self, **values: object) -> dict[str, object]:
        return {"integration": self.integration, "run": self.run, **values}
