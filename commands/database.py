"""The database a command works on: the embedded one, started if need be, or the one of CDP_DATABASE_URL."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module

from kit import embedded
from kit.config import Settings, load
from kit.errors import ConfigurationError
from models.migration import state_at

_LOOK_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where the database is: for the application, and for the role that owns the tables."""

    app_url: str
    owner_url: str
    lease: embedded.Lease | None = None

    async def keep(self) -> None:
        """Bring an embedded server back, as long as this runs, if its keeper is killed."""
        while self.lease is not None:
            await asyncio.sleep(_LOOK_EVERY)
            await asyncio.to_thread(self.lease.ensure)


@contextmanager
def place(settings: Settings | None = None) -> Iterator[Place]:
    """The database as it is, whatever its tables look like; an embedded one runs as long as this is open."""
    settings = settings or load()
    if settings.database_url is None:
        lease = embedded.lease(settings.data_dir, bin_dir=settings.pg_bin)
        with lease as server:
            yield Place(server.url("cdp_app"), server.url("cdp_owner"), lease)
        return
    url = settings.database_url.get_secret_value()
    owner = settings.owner_url.get_secret_value() if settings.owner_url else url
    yield Place(url, owner)


@contextmanager
def database(settings: Settings | None = None) -> Iterator[Place]:
    """The database, ready to use. A new embedded one gets its tables on the spot.

    Raises ConfigurationError that says what to run when the tables are older or newer than this version.
    """
    with place(settings) as found:
        state = state_at(found.app_url)
        if found.lease is not None and state.revision is None:
            # Loaded only here: every later start does without Alembic.
            import_module("models.migrating").migrate(found.owner_url)
        elif problem := state.problem():
            raise ConfigurationError(problem)
        yield found
