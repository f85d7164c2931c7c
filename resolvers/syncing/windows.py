"""Windows: the parts of the time that a full sync fetches, checkpointed so that it can go on."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from psycopg.types.json import Jsonb

from connectors.vtex import Window
from kit.db import Statement, Work

_RESET = Statement(
    "DELETE FROM integration_window WHERE tenant_id = %(tenant_id)s AND integration_id = %(integration)s",
    True,
    {},
)
_START = Statement(
    "UPDATE integration_sync SET full_since = %(since)s, full_until = %(until)s, full_started_at = now(), "
    "full_finished_at = NULL, orders_total = NULL, orders_done = 0, skipped = '{}' "
    "WHERE tenant_id = %(tenant_id)s AND integration_id = %(integration)s RETURNING full_started_at",
    True,
    {},
)
_ADD = Statement(
    "INSERT INTO integration_window (tenant_id, integration_id, starts_at, ends_at) "
    "VALUES (%(tenant_id)s, %(integration)s, %(first)s, %(last)s) RETURNING id",
    True,
    {},
)
_REMOVE = Statement(
    "DELETE FROM integration_window WHERE tenant_id = %(tenant_id)s AND integration_id = %(integration)s "
    "AND id = %(id)s",
    True,
    {},
)
_OPEN = Statement(
    "SELECT id, starts_at, ends_at FROM integration_window WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s AND NOT done ORDER BY starts_at, id",
    True,
    {},
)
_DONE = Statement(
    "UPDATE integration_window SET done = true WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s AND id = ANY (%(ids)s)",
    True,
    {},
)
_SEEN = Statement(
    "SELECT external_id FROM integration_order WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s AND external_id = ANY (%(orders)s) AND seen_at >= %(since)s",
    True,
    {},
)
_ADVANCE = Statement(
    "UPDATE integration_sync SET orders_done = orders_done + %(done)s, per_second = %(per_second)s, "
    "changed = changed OR %(changed)s, "
    "skipped = CASE WHEN (SELECT count(*) FROM jsonb_object_keys(skipped)) < 100 THEN skipped || %(skipped)s "
    "ELSE skipped END "
    "WHERE tenant_id = %(tenant_id)s AND integration_id = %(integration)s",
    True,
    {},
)
_EXPECT = Statement(
    "UPDATE integration_sync SET orders_total = %(total)s "
    "WHERE tenant_id = %(tenant_id)s AND integration_id = %(integration)s",
    True,
    {},
)
_COUNTS = Statement(
    "SELECT orders_total, orders_done FROM integration_sync WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s",
    True,
    {},
)
_RESTART = Statement(
    "UPDATE integration_sync SET orders_total = NULL, orders_done = 0 WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s",
    True,
    {},
)
# VTEX does not tell of changes: an order is looked at again after a tenth of its age, at least after an hour.
_DUE = Statement(
    "SELECT external_id FROM integration_order WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s AND created_at > now() - interval '180 days' "
    "AND seen_at < now() - greatest(interval '1 hour', (now() - created_at) * 0.1) "
    "ORDER BY seen_at LIMIT %(most)s",
    True,
    {},
)
MOST_DUE = 5_000
"""Orders that one sync looks at again: those that were not looked at for longest."""


class Part(NamedTuple):
    """A window with its number in the database; 0 for one that is not kept there."""

    id: int
    window: Window


class Windows:
    """The windows of an integration, within transactions of `work` in its tenant's scope."""

    def __init__(self, work: Work, tenant: int, integration: int) -> None:
        self._work = work
        self._tenant = tenant
        self._integration = integration

    def start(self, since: datetime, until: datetime) -> datetime:
        """Begin a full sync of the time between two instants; when that was."""
        with self._work.transaction(self._tenant):
            self._work.count(_RESET, self._named())
            started = self._work.run(_START, self._named(since=since, until=until))[0][0]
            self._work.run(_ADD, self._named(first=since, last=until))
        return started  # type: ignore[no-any-return]

    def open(self) -> list[Part]:
        """The windows that are not done, the earliest first."""
        with self._work.transaction(self._tenant):
            rows = self._work.run(_OPEN, self._named())
        return [Part(number, Window(first, last)) for number, first, last in rows]

    def halve(self, part: Part, halves: Sequence[Window]) -> list[Part]:
        """Put two windows in the place of one."""
        with self._work.transaction(self._tenant):
            self._work.count(_REMOVE, self._named(id=part.id))
            return [
                Part(self._work.run(_ADD, self._named(first=each.first, last=each.last))[0][0], each)
                for each in halves
            ]

    def seen(self, orders: Sequence[str], since: datetime) -> set[str]:
        """Those of the orders that were stored since an instant."""
        with self._work.transaction(self._tenant):
            rows = self._work.run(_SEEN, self._named(orders=list(orders), since=since))
        return {row[0] for row in rows}

    def counts(self) -> tuple[int | None, int]:
        """How many orders there are, if that is known, and how many of them are done."""
        with self._work.transaction(self._tenant):
            total, done = self._work.run(_COUNTS, self._named())[0]
        return total, done

    def expect(self, total: int | None) -> None:
        """Write how many orders there are."""
        with self._work.transaction(self._tenant):
            self._work.count(_EXPECT, self._named(total=total))

    def restart(self) -> None:
        """Count from none on."""
        with self._work.transaction(self._tenant):
            self._work.count(_RESTART, self._named())

    def due(self) -> list[str]:
        """The orders that may have changed since they were seen."""
        with self._work.transaction(self._tenant):
            return [row[0] for row in self._work.run(_DUE, self._named(most=MOST_DUE))]

    def advance(
        self, *, done: int, windows: Sequence[int], per_second: float, changed: bool, skipped: dict[str, str]
    ) -> None:
        """Write, within the transaction that stores them, that orders and windows are done."""
        self._work.count(
            _ADVANCE,
            self._named(done=done, per_second=per_second, changed=changed, skipped=Jsonb(skipped)),
        )
        if windows:
            self._work.count(_DONE, self._named(ids=list(windows)))

    def _named(self, **values: object) -> dict[str, object]:
        return {"integration": self._integration, **values}
