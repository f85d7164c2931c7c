"""Windows: the parts of the time that a full sync fetches, checkpointed so that it can go on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from psycopg.types.json import Jsonb

from connectors.vtex import Window
from kit.db import Statement, Work
from resolvers.syncing.rereading import BACKED_OFF

_RESET = Statement(
    "DELETE FROM integration_window WHERE tenant_id = %(tenant_id)s AND integration_id = %(integration)s",
    True,
    {},
)
_START = Statement(
    "UPDATE integration_sync SET full_since = %(since)s, full_until = %(until)s, full_started_at = now(), "
    "full_finished_at = NULL, orders_total = NULL, orders_done = 0 "
    "WHERE tenant_id = %(tenant_id)s AND integration_id = %(integration)s RETURNING full_started_at",
    True,
    {},
)
_ADD = Statement(
    "INSERT INTO integration_window (tenant_id, integration_id, starts_at, ends_at, dated_by) "
    "VALUES (%(tenant_id)s, %(integration)s, %(first)s, %(last)s, %(by)s) RETURNING id",
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
    "SELECT id, starts_at, ends_at, dated_by FROM integration_window WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s AND NOT done ORDER BY starts_at, id",
    True,
    {},
)
_AGAIN = Statement(
    "SELECT id, starts_at, ends_at, dated_by FROM integration_window WHERE tenant_id = %(tenant_id)s "  # noqa: S608
    f"AND integration_id = %(integration)s AND (NOT done OR problem IS NOT NULL AND {BACKED_OFF}) "
    "ORDER BY starts_at, id LIMIT 100",
    True,
    {},
)
_DONE = Statement(
    "UPDATE integration_window SET done = true, problem = %(problems)s::jsonb ->> id::text, "
    "looked_at = now(), tries = tries + 1 WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s AND id = ANY (%(ids)s)",
    True,
    {},
)
_SHORT = Statement(
    "INSERT INTO integration_window (tenant_id, integration_id, starts_at, ends_at, dated_by, done, problem, "
    "tries) VALUES (%(tenant_id)s, %(integration)s, %(first)s, %(last)s, %(by)s, true, %(problem)s, 1)",
    True,
    {},
)
_SEEN = Statement(
    "SELECT told.number FROM unnest(%(orders)s::text[]) AS told (number), LATERAL (SELECT seen_at "
    "FROM integration_order WHERE tenant_id = %(tenant_id)s AND account_name = %(account)s "
    "AND number = told.number LIMIT 1) AS seen WHERE seen_at >= %(since)s "
    "UNION ALL SELECT number FROM integration_unreadable WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s AND number = ANY (%(orders)s) AND looked_at >= %(since)s",
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


class Part(NamedTuple):
    """A window with its number in the database; 0 for one that is not kept there."""

    id: int
    window: Window


class Windows:
    """The windows of an integration, within transactions of `work` in its tenant's scope."""

    def __init__(self, work: Work, tenant: int, integration: int, account: str) -> None:
        self._work = work
        self._tenant = tenant
        self._integration = integration
        self._account = account

    def start(self, since: datetime, until: datetime) -> datetime:
        """Begin a full sync of the time between two instants; when that was."""
        with self._work.transaction(self._tenant):
            self._work.count(_RESET, self._named())
            started = self._work.run(_START, self._named(since=since, until=until))[0][0]
            self._work.run(_ADD, self._span(Window(since, until)))
        return started  # type: ignore[no-any-return]

    def open(self) -> list[Part]:
        """The windows that are not done, the earliest first."""
        return self._parts(_OPEN)

    def again(self) -> list[Part]:
        """The windows that more orders are looked for in, the earliest first."""
        return self._parts(_AGAIN)

    def short(self, window: Window, problem: str) -> None:
        """Keep a window of which not all could be listed, to list it again later."""
        with self._work.transaction(self._tenant):
            self._work.count(_SHORT, {**self._span(window), "problem": problem})

    def halve(self, part: Part, halves: Sequence[Window]) -> list[Part]:
        """Put two windows in the place of one."""
        with self._work.transaction(self._tenant):
            self._work.count(_REMOVE, self._named(id=part.id))
            return [Part(self._work.run(_ADD, self._span(each))[0][0], each) for each in halves]

    def seen(self, orders: Sequence[str], since: datetime) -> set[str]:
        """Those of the orders that were stored, or could not be read, since an instant."""
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

    def done(self, windows: Mapping[int, str | None]) -> None:
        """Write, in the transaction that stores their orders, that windows are done, but for a problem."""
        if windows:
            problems = {str(number): problem for number, problem in windows.items()}
            self._work.count(_DONE, self._named(ids=[*windows], problems=Jsonb(problems)))

    def _parts(self, which: Statement) -> list[Part]:
        with self._work.transaction(self._tenant):
            rows = self._work.run(which, self._named())
        return [Part(number, Window(first, last, by)) for number, first, last, by in rows]

    def _span(self, window: Window) -> dict[str, object]:
        return self._named(first=window.first, last=window.last, by=window.by)

    def _named(self, **values: object) -> dict[str, object]:
        return {"integration": self._integration, "account": self._account, **values}
