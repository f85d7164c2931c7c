"""Which integrations are to be synced now, and of which there are notices."""

from typing import NamedTuple

from kit.db import Database, Statement

_DUE = Statement("SELECT tenant_id, id FROM integrations_due()", False, {})
_FINISHED = Statement(
    "SELECT full_finished_at IS NOT NULL FROM integration_sync WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s",
    True,
    {},
)

_NOTICED = Statement("SELECT tenant_id, id FROM integrations_noticed()", False, {})


class Due(NamedTuple):
    """An integration and its tenant."""

    tenant: int
    integration: int


async def due_integrations(database: Database) -> list[Due]:
    """Integrations of all tenants whose time has come, longest due first. Those that go on are none."""
    return await database.once(_DUE, Due)


async def is_full(database: Database, tenant: int, integration: int) -> bool:
    """Whether the next sync of an integration fetches all there is."""
    return not any(await database.once(_FINISHED, bool, tenant=tenant, integration=integration))


async def noticed_integrations(database: Database) -> list[Due]:
    """Integrations of all tenants whose hooks told of orders that were not fetched yet."""
    return await database.once(_NOTICED, Due)
