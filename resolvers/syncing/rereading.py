"""Orders that are asked for again: those that may have changed, and those that could not be read."""

from collections.abc import Mapping, Sequence

from psycopg.types.json import Jsonb

from kit.db import Statement, Work
from resolvers.privacy.erased import Erased
from resolvers.syncing.naming import Origin, names_of
from resolvers.syncing.statements import statement

MOST_DUE = 5_000
"""Orders that one sync looks at again: those that were not looked at for longest."""
MOST_UNREADABLE = 1_000
"""Orders that could not be read, and that one sync tries again."""
# VTEX does not tell of changes: an order is looked at again after a tenth of its age, at least after an hour.
_DUE = Statement(
    "SELECT number FROM integration_order AS seen WHERE tenant_id = %(tenant_id)s "
    "AND account_name = %(account)s AND created_at > now() - interval '180 days' "
    "AND looked_at < now() - greatest(interval '1 hour', (now() - created_at) * 0.1) "
    "AND NOT EXISTS (SELECT FROM integration_unreadable AS unread WHERE unread.tenant_id = %(tenant_id)s "
    "AND unread.integration_id = %(integration)s AND unread.number = seen.number) "
    "ORDER BY looked_at LIMIT %(most)s",
    True,
    {"most": MOST_DUE},
)
BACKED_OFF = (
    "looked_at <= now() - CASE WHEN tries < 2 THEN interval '0' "
    "ELSE least(interval '1 day', interval '1 minute' * 4 ^ least(tries - 2, 6)) END"
)
"""That the pause after so many tries is over: none, then a minute, four, sixteen, up to a day."""
_UNREADABLE = Statement(
    "SELECT number FROM integration_unreadable WHERE tenant_id = %(tenant_id)s "  # noqa: S608
    f"AND integration_id = %(integration)s AND {BACKED_OFF} ORDER BY looked_at LIMIT %(most)s",
    True,
    {"most": MOST_UNREADABLE},
)
_COUNT = Statement(
    "SELECT count(*) FROM integration_unreadable WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s",
    True,
    {},
)
_READ = Statement(
    "DELETE FROM integration_unreadable WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s AND number = ANY (%(numbers)s)",
    True,
    {},
)
_LOOKED = Statement(
    "UPDATE integration_order SET looked_at = now() WHERE tenant_id = %(tenant_id)s "
    "AND account_name = %(account)s AND number = ANY (%(numbers)s) AND looked_at < now()",
    True,
    {},
)


class Rereading:
    """What one integration asks for again, within transactions of `work` in its tenant's scope."""

    def __init__(self, work: Work, tenant: int, integration: int, origin: Origin) -> None:
        self._work = work
        self._tenant = tenant
        self._integration = integration
        self._origin = origin

    def due(self) -> list[str]:
        """The orders that may have changed since they were looked at, and those to be tried again."""
        with self._work.transaction(self._tenant):
            rows = self._work.run(_UNREADABLE, self._named()) + self._work.run(_DUE, self._named())
        return [row[0] for row in rows]

    def unreadable(self) -> int:
        """How many orders could not be read so far."""
        with self._work.transaction(self._tenant):
            return int(self._work.run(_COUNT, self._named())[0][0])

    def note(self, read: Sequence[str], unread: Mapping[str, str]) -> None:
        """Write, within the transaction that stores them, which orders were read, and why others were not.

        Whatever came of it they were looked at, so that none stays first in line.
        """
        self._work.count(_READ, self._named(numbers=[*read]))
        self._work.count(_LOOKED, self._named(numbers=[*read, *unread]))
        rows = [{"number": each, "reason": unread[each]} for each in self._without_erased([*unread])]
        if rows:
            self._work.count(statement("unreadable"), self._named(orders=Jsonb(rows)))

    def _without_erased(self, numbers: Sequence[str]) -> list[str]:
        names = names_of(self._work, self._origin, numbers)
        gone = Erased(self._work).among("order", [*names.values()])
        return [each for each in numbers if names[each] not in gone]

    def _named(self, **values: object) -> dict[str, object]:
        return {"integration": self._integration, "account": self._origin.account, **values}
