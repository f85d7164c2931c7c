"""Bulk work: a connection of its own for imports and scoring, with whole columns in and out as arrays."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, TypeVar

import psycopg
from psycopg import Connection, sql

from kit.db.arrays import register
from kit.db.role import act_as_application_sync
from kit.db.scope import scope
from kit.db.statement import Statement
from kit.errors import UnavailableError

Row = tuple[Any, ...]
T = TypeVar("T")

_PATIENCE = 10.0
_PAUSE = 0.1
_IDLE = 1.0


class Work:
    """A synchronous connection in the application's role. Not for use in an event loop."""

    def __init__(self, connection: Connection[Row]) -> None:
        self.connection = connection
        self._tenant: int | None = None

    @contextmanager
    def transaction(
        self,
        tenant: int | None,
        *,
        snapshot: bool = False,
        durable: bool = True,
        patience: float | None = None,
    ) -> Iterator[None]:
        """One transaction in a tenant's scope (`snapshot`: it sees one state throughout).

        It is rolled back by an error; psycopg.Rollback rolls it back and goes no further. It waits `patience`
        seconds for a lock, if that is told. One that is not `durable` does not wait for the disk: a crash may
        undo it, unless a durable one was committed after it.
        """
        settings = [b"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"] if snapshot else []
        if not durable:
            settings.append(b"SET LOCAL synchronous_commit = off")
        if patience is not None:
            settings.append(b"SET LOCAL lock_timeout = %d" % int(patience * 1000))
        with self._begun(b"; ".join([b"BEGIN", *settings, scope(tenant)])):
            self._tenant = tenant
            try:
                yield
            finally:
                self._tenant = None

    @contextmanager
    def _begun(self, opening: bytes) -> Iterator[None]:
        """A transaction that is opened in one round trip with its settings."""
        try:
            self.connection.execute(opening)
            yield
        except psycopg.Rollback:
            self.connection.rollback()
        except BaseException:
            with suppress(psycopg.Error):
                self.connection.rollback()
            raise
        else:
            self.connection.commit()

    def enter(self, tenant: int) -> None:
        """Go on in a tenant's scope, within the transaction."""
        if tenant != self._tenant:
            self.connection.execute(scope(tenant))
            self._tenant = tenant

    def run(self, statement: Statement | str, values: Mapping[str, object] | None = None) -> list[Row]:
        """Run one statement, with `tenant_id` filled in, and return its rows if it has any."""
        cursor = self._execute(statement, values or {})
        return cursor.fetchall() if cursor.description else []

    def count(self, statement: Statement | str, values: Mapping[str, object] | None = None) -> int:
        """Run one statement and return how many rows it touched."""
        return self._execute(statement, values or {}).rowcount

    def stream(self, statement: Statement, values: Mapping[str, object]) -> Iterator[Row]:
        """Rows one by one as they arrive, in binary: for rows that hold whole columns as arrays."""
        bound = {**statement.defaults, **values, "tenant_id": self._tenant}
        with self.connection.cursor(binary=True) as cursor:
            yield from cursor.stream(sql.SQL(statement.text), bound)

    @contextmanager
    def copy_in(self, query: str) -> Iterator[psycopg.Copy]:
        """COPY ... FROM STDIN; write blocks of bytes to what this yields."""
        with self.connection.cursor() as cursor, cursor.copy(sql.SQL(query)) as copy:
            yield copy

    def _execute(self, statement: Statement | str, values: Mapping[str, object]) -> psycopg.Cursor[Row]:
        if isinstance(statement, str):
            return self.connection.execute(sql.SQL(statement), {**values} or None)
        if statement.scoped and self._tenant is None:
            raise ValueError(f"a tenant's tables, but no tenant: {statement.text}")
        bound = {**statement.defaults, **values, "tenant_id": self._tenant}
        return self.connection.execute(sql.SQL(statement.text), bound)


@contextmanager
def connect_for_work(url: str) -> Iterator[Work]:
    """Open a connection for bulk work. Raises UnavailableError when the server is out of reach or lost."""
    try:
        connection = psycopg.connect(url, autocommit=True, application_name="cdp work")
    except psycopg.OperationalError as error:
        raise UnavailableError(f"The database cannot be reached: {_first_line(error)}") from None
    with connection:
        make_ready(connection)
        with lost_as_unavailable():
            yield Work(connection)


def make_ready(connection: Connection[Row]) -> None:
    """Make a new connection fit for work: in the application's role, and able to send arrays."""
    act_as_application_sync(connection)
    register(connection)


class Kept:
    """A connection for bulk work, kept from one piece of work to the next. For one thread at a time."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stack = ExitStack()
        self._work: Work | None = None
        self._used = 0.0

    def do(self, work: Callable[[Work], T]) -> T:
        """Do something, on a new connection where the last one is lost, waiting for the server if need be.

        Raises UnavailableError when the server is out of reach for ten seconds, or lost meanwhile.
        """
        with lost_as_unavailable():
            return work(self._open())

    def close(self) -> None:
        """Close the connection; the next piece of work opens another."""
        self._work = None
        self._stack.close()

    def _open(self) -> Work:
        if self._work is not None and not self._alive(self._work):
            self.close()
        if self._work is None:
            self._work = self._connected()
        self._used = time.monotonic()
        return self._work

    def _alive(self, work: Work) -> bool:
        if work.connection.broken or work.connection.closed:
            return False
        if time.monotonic() - self._used < _IDLE:
            return True
        try:
            work.connection.execute("SELECT")
        except psycopg.OperationalError:
            return False
        return True

    def _connected(self) -> Work:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                return self._stack.enter_context(connect_for_work(self._url))
            except UnavailableError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE)


@contextmanager
def lost_as_unavailable() -> Iterator[None]:
    """Tell of a server that is lost meanwhile as an UnavailableError."""
    try:
        yield
    except psycopg.OperationalError as error:
        raise UnavailableError(f"The database was lost: {_first_line(error)}") from error


def is_lost(error: BaseException) -> bool:
    """Whether an error tells that the server went away, rather than that it refused something."""
    if not isinstance(error, psycopg.OperationalError):
        return False
    return error.sqlstate is None or error.sqlstate.startswith(("08", "57P"))


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
