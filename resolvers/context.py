"""What every use case gets: who calls, what they may do, and one view of the database for the request."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar, cast

from connectors.vtex import Vtex
from kit.db import Database, Transaction, Work
from kit.db.notices import Inbox, Notices
from kit.db.together import Watching
from kit.errors import ForbiddenError, NotFoundError, UnavailableError
from kit.secrets import Vault
from kit.trace import of_tenant
from resolvers.audit.author import Author, Origin
from resolvers.audit.change import Change
from resolvers.audit.record import record
from resolvers.intake.event import Submission
from resolvers.loading import Loader
from resolvers.writes.outcome import Outcome

K = TypeVar("K")
V = TypeVar("V")

READ, WRITE, ADMIN = "read", "write", "admin"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who calls. `tenants` None means all of them.

    `ends_at`: seconds since 1970 from which their token is no longer good; `key`: the id of their API key;
    `mode`: how they proved it, as `Author` tells.
    """

    subject: str
    tenants: frozenset[int] | None
    scopes: frozenset[str]
    ends_at: float | None = None
    key: str | None = None
    mode: str = "open"

    def sees(self, tenant: int) -> bool:
        """Whether a tenant is there for the actor, whatever they may do with it."""
        return self.tenants is None or tenant in self.tenants

    def may(self, tenant: int, scope: str) -> bool:
        return scope in self.scopes and self.sees(tenant)


OPEN = Actor("open", None, frozenset({READ, WRITE, ADMIN}))
"""Everyone, where the API is open on a loopback address."""
NOBODY = Actor("nobody", frozenset(), frozenset())
"""Who has not said yet who they are."""


class Queue(Protocol):
    """Where work is left for a worker."""

    async def put_process(self, *, tenant: int, run_id: int, analyses: list[str], as_of: str) -> None: ...

    async def put_backtest(
        self, *, tenant: int, backtest_id: int, holdout_days: int, as_of_requested: str
    ) -> None: ...

    async def put_sync(self, *, tenant: int, integration: int) -> None: ...

    async def put_notices(self, *, tenant: int, integration: int) -> None: ...


class Intake(Protocol):
    """Where events are left to be saved; one that is put is committed when this answers."""

    async def put(self, submission: Submission, *, wait: bool = False) -> list[Outcome]: ...


@dataclass(slots=True)
class Ctx:
    """One request: built once, the same way by both faces."""

    actor: Actor
    db: Database
    reader: Transaction
    queue: Queue
    vault: Vault = field(default_factory=lambda: Vault(()))
    stale_after_hours: int = 24
    process_wait_seconds: float = 60.0
    query_timeout_seconds: float = 10.0
    notices: Notices | None = None
    vtex: Vtex | None = None
    intake: Intake | None = None
    """None: events are saved one submission at a time."""
    origin: Origin = field(default_factory=Origin)
    _loaders: dict[Any, Loader[Any, Any]] = field(default_factory=dict)

    @property
    def author(self) -> Author:
        """Whom the log is to name for what this request changes."""
        return Author(self.actor.subject, self.actor.mode, self.actor.key, self.origin)

    def allow(self, tenant: int, scope: str) -> None:
        """Raises NotFoundError for a tenant the actor may not see: to them it does not exist.

        Raises ForbiddenError for one that they may see, but without this scope.
        """
        if not self.actor.sees(tenant):
            raise NotFoundError.of("Tenant", tenant)
        of_tenant(tenant)
        self.require(scope)

    def require(self, scope: str) -> None:
        """Raises ForbiddenError for an actor without a scope."""
        if scope not in self.actor.scopes:
            raise ForbiddenError(f"This needs the scope {scope}, which your credentials do not have.")

    def follow(self, tenant: int, kind: str, *, size: int) -> AbstractAsyncContextManager[Inbox]:
        """The notices of a kind about a tenant. Raises as `allow` does."""
        self.allow(tenant, READ)
        if self.notices is None:
            raise UnavailableError("Nothing can be followed here.")
        return self.notices.follow(tenant, kind, size=size)

    @asynccontextmanager
    async def apart(self) -> AsyncIterator["Ctx"]:
        """The same caller with a reader and loaders of its own, for one of several operations at a time."""
        async with self.db.read() as reader:
            own = replace(self, reader=reader, _loaders={})
            try:
                yield own
            finally:
                own.forget()

    @asynccontextmanager
    async def of_several(self, *, brief: bool = False) -> AsyncIterator["Ctx"]:
        """The caller's rights without who it is, for what others with the same rights get too. Nobody waits
        for the end of what it has read.

        `brief`: it reads in batches, and nothing that may take long. Raises ApartError for all else.
        """
        reader = self.db.read()
        actor = Actor("several", self.actor.tenants, self.actor.scopes)
        read = cast("Transaction", Watching(reader, refuses=True)) if brief else reader
        several = replace(self, actor=actor, reader=read, origin=Origin(self.origin.face), _loaders={})
        try:
            yield several
        finally:
            several.forget()
            self.db.leave(reader)

    @contextmanager
    def watched(self) -> Iterator[Watching]:
        """Note whether all that is read could be read for several at once."""
        own, watching = self.reader, Watching(self.reader)
        self.reader = cast("Transaction", watching)
        try:
            yield watching
        finally:
            self.reader = own

    @asynccontextmanager
    async def write(self, change: Change | None) -> AsyncIterator[Transaction]:
        """A transaction that is committed at the end of the block; what is read afterwards sees it.

        With it goes the log's entry of the `change`, which the block completes. None: it changes nothing.
        The reader gives its connection back before: a request never holds one while it waits for another.
        """
        await self.refresh()
        async with self.db.write() as transaction:
            yield transaction
            await record(transaction, self.author, change)
        await self.refresh()

    async def work(self, do: Callable[[Work], V]) -> V:
        """Do something in a thread on a connection for work; what is read afterwards sees it.

        What it changes it records itself, in its transaction.
        """
        await self.refresh()
        found = await self.db.work(do)
        await self.refresh()
        return found

    async def refresh(self) -> None:
        """Look anew: what was read before this stands for an older state of the database."""
        await self.reader.renew()
        self.forget()

    def forget(self) -> None:
        """Let go of what was read. A request that has ended is gone then, without a search for garbage."""
        self._loaders.clear()

    def loader(
        self, name: str, tenant: int, batch: Callable[["Ctx", int, list[K]], Awaitable[list[V]]]
    ) -> Loader[K, V]:
        """The request's loader of a batch function for one tenant: all keys of a level in one call."""
        key = (name, tenant)
        if key not in self._loaders:

            async def load(keys: list[K]) -> list[V]:
                return await batch(self._of_batches(), tenant, keys)

            self._loaders[key] = Loader(load)
        return self._loaders[key]

    def _of_batches(self) -> "Ctx":
        reader = self.reader
        if not isinstance(reader, Watching):
            return self
        return replace(self, reader=cast("Transaction", reader.batch))
