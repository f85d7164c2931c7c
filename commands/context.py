"""The context of a use case that a command calls: the same as a request's, by whoever may start commands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from jobs.queue import make_queue
from kit.config import Settings
from kit.db import Database
from resolvers.audit.author import CLI, Author
from resolvers.context import OPEN, Ctx


@asynccontextmanager
async def context(url: str, settings: Settings) -> AsyncIterator[Ctx]:
    """A context on a database of its own; what it queues is not opened, since commands do their work."""
    database = Database(url, size=2)
    await database.open()
    try:
        async with database.read() as reader:
            yield Ctx(
                actor=replace(OPEN, subject=Author.of_command().subject, mode=CLI),
                db=database,
                reader=reader,
                queue=make_queue(url),
                stale_after_hours=settings.stale_after_hours,
            )
    finally:
        await database.close()
