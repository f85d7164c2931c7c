"""Whether the service can do its work."""

import asyncio
from collections.abc import Coroutine
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import psycopg

from kit.db import Database, Statement
from kit.errors import CdpError
from models.migration import state_of
from resolvers.intake.intake import EventIntake

PATIENCE = 3.0
"""Seconds in which the database must answer: who asks for health does not wait long."""
_REVISION = Statement("SELECT version_num FROM alembic_version", scoped=False, defaults={})
_QUEUE = Statement(
    "SELECT count(*) FROM (SELECT FROM procrastinate_jobs WHERE status = 'todo' LIMIT 1) AS one",
    scoped=False,
    defaults={},
)
_SLOW = "The database does not answer; try again in a moment."
_STOPPING = "The server is stopping."
_UNREADABLE = "Tables are missing or may not be read. Run `cdp migrate`."
OK = "ok"


@dataclass(frozen=True, slots=True)
class Health:
    """Each part is `ok` or a sentence that says what is wrong.

    `database` answers and has this version's tables; `queue` takes work for a worker; `intake` takes events;
    `server` is not about to stop.
    """

    database: str
    queue: str
    intake: str
    server: str

    @property
    def ready(self) -> bool:
        return {self.database, self.queue, self.intake, self.server} == {OK}

    def as_dict(self) -> dict[str, Any]:
        return {"status": OK if self.ready else "unavailable", **asdict(self)}


class Stored(NamedTuple):
    """What the database tells of itself and of the queue."""

    database: str
    queue: str


async def ask(db: Database) -> Stored:
    """Ask the database for the state of its parts."""
    database = await _told(_tables(db))
    queue = await _told(_takes_jobs(db)) if database == OK else "The database is needed for it."
    return Stored(database, queue)


def health_of(stored: Stored, intake: EventIntake, *, stopping: bool) -> Health:
    """The health with these parts in the database, and the others as they are."""
    return Health(*stored, intake.trouble() or OK, _STOPPING if stopping else OK)


async def _tables(db: Database) -> str:
    rows = await db.once(_REVISION, str)
    return state_of(rows[0] if rows else None).problem() or OK


async def _takes_jobs(db: Database) -> str:
    await db.once(_QUEUE, int)
    return OK


async def _told(asked: Coroutine[None, None, str]) -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            return await asked
    except TimeoutError:
        return _SLOW
    except CdpError as error:
        return error.message
    except psycopg.ProgrammingError:
        return _UNREADABLE
