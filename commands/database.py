"""The database a command works on: the embedded one, started if need be, or the one of CDP_DATABASE_URL."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module

from kit import embedded
from kit.config import Settings, load
from kit.db import connect_for_work
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
    """The database as it is, whatever its tables look like; an embedded one runs as long as this is open.

    What the owner alone does needs no other URL than theirs.
    """
    settings = settings or load()
    url = settings.database_url or settings.owner_url
    if url is None:
        lease = embedded.lease(settings.data_dir, bin_dir=settings.pg_bin)
        with lease as server:
            yield Place(server.url("cdp_app"), server.url("cdp_owner"), lease)
        return
    yield Place(url.get_secret_value(), (settings.owner_url or url).get_secret_value())


@contextmanager
def database(settings: Settings | None = None, *, as_owner: bool = False) -> Iterator[Place]:
    """The database, ready to use. A new embedded one gets its tables on the spot.

    Raises ConfigurationError that says what to run when the tables are older or newer than this version, and
    unless it is for the owner, for a role that row-level security would not bind.
    """
    with place(settings) as found:
        state = state_at(found.owner_url if as_owner else found.app_url)
        if found.lease is not None and state.revision is None:
            # Loaded only here: every later start does without Alembic.
            import_module("models.migrating").migrate(found.owner_url)
        elif problem := state.problem():
            raise ConfigurationError(problem)
        elif found.lease is None and not as_owner:
            with connect_for_work(found.app_url):
                """Its role is looked at."""
        yield found
