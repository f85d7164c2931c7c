"""Which integrations are to be synced now."""

from typing import NamedTuple

from kit.db import Database, Statement

_DUE = Statement("SELECT tenant_id, id FROM integrations_due()", False, {})


class Due(NamedTuple):
    """An integration and its tenant."""

    tenant: int
    integration: int


async def due_integrations(database: Database) -> list[Due]:
    """Integrations of all tenants whose time has come, longest due first. Those that go on are none."""
    return await database.once(_DUE, Due)
