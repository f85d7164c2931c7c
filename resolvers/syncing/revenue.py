"""The tenant's table of revenue: given to the orders that are here, and what it says nothing of."""

from collections.abc import Mapping
from typing import Any

from psycopg.types.json import Jsonb

from connectors.vtex import Revenue
from kit.db import Statement, Work
from resolvers.imports.tenant import lock, mark_changed
from resolvers.settings.revenue import revenue_of
from resolvers.syncing.control import Control
from resolvers.syncing.statements import statement

_SETTINGS = Statement("SELECT settings FROM tenant WHERE id = %(tenant_id)s", True, {})
_STATUSES = Statement(
    "SELECT status, count(*) FROM integration_order WHERE tenant_id = %(tenant_id)s "
    "AND account_name = %(account)s GROUP BY status",
    True,
    {},
)
_REPORT = Statement(
    "UPDATE integration_sync SET unknown_statuses = %(unknown)s "
    "WHERE tenant_id = %(tenant_id)s AND integration_id = %(integration)s",
    True,
    {},
)


def read_table(work: Work, tenant: int) -> Revenue:
    """The table as it is set now."""
    with work.transaction(tenant):
        return revenue_of(work.run(_SETTINGS)[0][0])


def apply(control: Control, account: str, revenue: Revenue, before: Mapping[str, Any]) -> None:
    """Give an account's orders the status they have by the table, where that is another than `before`.

    That they follow it, and that the tenant's data changed, is written in the same transaction: a sync that
    is killed leaves all of it or none. Raises StoppedError.
    """
    if dict(revenue.own) == dict(before):
        return
    work, tenant = control.work, control.tenant
    with work.transaction(tenant):
        control.hold()
        lock(work, tenant, wait=True)
        seen = [str(row[0]) for row in work.run(_STATUSES, {"account": account})]
        statuses = Jsonb({each: revenue.status(each) for each in seen})
        changed = work.count(statement("revenue"), {"account": account, "statuses": statuses}) > 0
        if changed:
            mark_changed(work, tenant)
        control.mark(revenue.own, changed=changed)


def report(control: Control, account: str, revenue: Revenue) -> None:
    """Write which statuses the table knows nothing of, and how many orders have them. Raises StoppedError."""
    work = control.work
    with work.transaction(control.tenant):
        control.hold()
        seen = {str(name): int(count) for name, count in work.run(_STATUSES, {"account": account})}
        unknown = {name: count for name, count in seen.items() if not revenue.knows(name)}
        work.run(_REPORT, {"integration": control.integration, "unknown": Jsonb(unknown)})
