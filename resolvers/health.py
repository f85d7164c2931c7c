"""Whether the service can do its work."""

from dataclasses import asdict, dataclass
from typing import Any

from kit.db import Statement
from kit.errors import CdpError
from models.migration import state_of
from resolvers.context import Ctx

_REVISION = Statement("SELECT version_num FROM alembic_version", scoped=False, defaults={})


@dataclass(frozen=True, slots=True)
class Health:
    """`status` is ok or unavailable; `database` is ok or a sentence that says what is wrong."""

    status: str
    database: str

    @property
    def ready(self) -> bool:
        return self.status == "ok"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


async def check(ctx: Ctx) -> Health:
    """Ask the database for its revision: it must answer and be migrated."""
    try:
        rows = await ctx.reader.fetch(_REVISION, str)
    except CdpError as error:
        return Health("unavailable", error.message)
    problem = state_of(rows[0] if rows else None).problem()
    return Health("ok", "ok") if problem is None else Health("unavailable", problem)
