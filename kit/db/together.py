"""Snapshots that requests share: who comes while one waits for its turn reads together with the others.

No timer, no waiting for company: a request alone is served at once; under load few snapshots are open at a
time, and each serves all who came before its first statement. So every request reads one state of the
database, which is no older than the request, and what many ask for in one moment goes out once.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from kit.db.statement import Statement

if TYPE_CHECKING:
    from kit.db.database import Transaction

T = TypeVar("T")

_AT_A_TIME = 2
"""Snapshots that read at the same time: while the database serves one, the other's rows are made use of."""


class ApartError(Exception):
    """What is asked for is not read together with others: it may take long, or is not asked in a batch."""


class LostError(Exception):
    """The snapshot has ended, by a statement of another that failed, or since all have left it."""


class Snapshots:
    """The shared snapshots of a process. `read` makes a reader."""

    def __init__(self, read: Callable[[], "Transaction"]) -> None:
        self._read = read
        self._open: Snapshot | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(_AT_A_TIME)

    def join(self) -> "Snapshot":
        """The snapshot that is taken next. Who joins must `leave` it."""
        if self._open is None:
            self._open = Snapshot(self._read(), self)
        self._open.members += 1
        return self._open

    async def begin(self, snapshot: "Snapshot") -> None:
        """Wait for a place to read in; from then on nobody joins."""
        await self._places.acquire()
        self._shut(snapshot)

    def _shut(self, snapshot: "Snapshot") -> None:
        if self._open is snapshot:
            self._open = None

    def end(self, snapshot: "Snapshot") -> None:
        """The last one has left: give the connection back, which nobody need wait for."""
        self._shut(snapshot)
        if not snapshot.begun:
            return
        snapshot.ended = True
        task = asyncio.create_task(self._end(snapshot))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end(self, snapshot: "Snapshot") -> None:
        try:
            await snapshot.reader.end()
        finally:
            self._places.release()

    async def close(self) -> None:
        """Wait until all that have been left are ended."""
        while self._ending:
            await asyncio.wait({*self._ending})


class Snapshot:
    """One state of the database for several requests.

    `kept` is for what its members find together, such as loaders by name and tenant.
    """

    def __init__(self, reader: "Transaction", among: Snapshots) -> None:
        self.reader = reader
        self.kept: dict[Hashable, Any] = {}
        self.members = 0
        self.begun = False
        self.ended = False
        self._among = among
        self._turn = asyncio.Lock()

    @contextmanager
    def stay(self) -> Iterator[None]:
        """Be one more member for as long. Raises LostError once all have left."""
        if self.ended:
            raise LostError
        self.members += 1
        try:
            yield
        finally:
            self.leave()

    def leave(self) -> None:
        """A member has all it asked for."""
        self.members -= 1
        if not self.members:
            self._among.end(self)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One statement at a time; what is asked for while one is on its way goes out with the next."""
        with self.stay():
            async with self._turn:
                if not self.begun:
                    await self._among.begin(self)
                    self.begun = True
                yield


class Refusing:
    """The reader of a member, outside of batches: what it is asked for must be read by the member alone.

    `asked`: whether it was asked for something, whatever became of the error.
    """

    def __init__(self) -> None:
        self.asked = False

    def __getattr__(self, name: str) -> NoReturn:
        self.asked = True
        raise ApartError


class Brief:
    """The reader of batches that are shared: it takes what has no limit of time, that is, what takes none.

    With the first statement that fails the snapshot ends, since what came after it would see another state.
    """

    def __init__(self, reader: "Transaction") -> None:
        self._reader = reader
        self._lost = False

    async def fetch(
        self,
        statement: Statement,
        row: Callable[..., T],
        *,
        tenant: int | None = None,
        within: float | None = None,
        **values: Any,
    ) -> list[T]:
        """Read as `Transaction.fetch` does. Raises ApartError for what may take long, LostError at an end."""
        if within is not None:
            raise ApartError
        if self._lost:
            raise LostError
        try:
            return await self._reader.fetch(statement, row, tenant=tenant, **values)
        except BaseException:
            self._lost = True
            raise

    def __getattr__(self, name: str) -> NoReturn:
        raise ApartError


class Watching:
    """A reader of one request that notes, while it reads, whether all of that could be read with others.

    `apart`: whether it was asked for something outside of batches, or for what may take long. Batches are to
    read from `batch`.
    """

    def __init__(self, reader: "Transaction") -> None:
        self._reader = reader
        self.apart = False
        self.batch = _Noting(reader, self)

    def __getattr__(self, name: str) -> Any:
        self.apart = True
        return getattr(self._reader, name)


class _Noting:
    def __init__(self, reader: "Transaction", watching: Watching) -> None:
        self._reader = reader
        self._watching = watching

    async def fetch(
        self, statement: Statement, row: Callable[..., T], *, within: float | None = None, **values: Any
    ) -> list[T]:
        if within is not None:
            self._watching.apart = True
        return await self._reader.fetch(statement, row, within=within, **values)

    def __getattr__(self, name: str) -> Any:
        self._watching.apart = True
        return getattr(self._reader, name)
