"""The context of a use case, as a request has it, on the test's database."""

import pytest

from resolvers.context import OPEN, Actor, Ctx


class NoQueue:
    """Takes nothing: what is tested here leaves no work behind."""

    async def put_process(self, **job):
        raise AssertionError(job)

    async def put_backtest(self, **job):
        raise AssertionError(job)

    async def put_sync(self, **job):
        raise AssertionError(job)

    async def put_notices(self, **job):
        raise AssertionError(job)


@pytest.fixture
def context(database):
    """Makes a context of its own transaction for an actor: `async with context() as ctx`."""

    def make(actor: Actor = OPEN):
        return Opened(database, actor)

    return make


class Opened:
    """A context, open as long as its reader is."""

    def __init__(self, database, actor):
        self._database, self._actor = database, actor
        self._reading = database.read()

    async def __aenter__(self):
        reader = await self._reading.__aenter__()
        return Ctx(actor=self._actor, db=self._database, reader=reader, queue=NoQueue())

    async def __aexit__(self, *error):
        await self._reading.__aexit__(*error)


@pytest.fixture
async def ctx(context):
    """One context of everyone's."""
    async with context() as opened:
        yield opened
