import pytest
from sqlalchemy import select

from kit.db import TENANT, Database, prepare
from models import Customer, CustomerScore, Tenant

TENANTS = Tenant.__table__  # type: ignore[attr-defined]
async def test_x(database: Database) -> None:
    async with database.read() as r:
        assert await r.fetch(prepare(select(TENANTS.c.id)), int)==[]
