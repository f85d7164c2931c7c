"""What one reader reads for several requests: short questions, asked in batches."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from kit.db.statement import Statement

if TYPE_CHECKING:
    from kit.db.database import Transaction

T = TypeVar("T")


class ApartError(Exception):
    """What must be read by each request alone."""


class Watching:
    """A reader that notes, while it reads, whether all of that could be read for several requests at once.

    `apart`: whether it was asked for something outside of batches, or for what may take long. One that
    `refuses` raises ApartError instead, and then reads nothing.
    """

    def __init__(self, reader: "Transaction", *, refuses: bool = False) -> None:
        self.apart = False
        self._reader = reader
        self._refuses = refuses

    @property
    def batch(self) -> "_Batch":
        """What batches read from."""
        return _Batch(self._reader, self)

    def note(self) -> None:
        """Something is asked for that is to be read apart. Raises ApartError for who refuses that."""
        self.apart = True
        if self._refuses:
            raise ApartError

    async def renew(self) -> None:
        """As the reader does."""
        await self._reader.renew()

    def __getattr__(self, name: str) -> Any:
        self.note()
        return getattr(self._reader, name)


class _Batch:
    def __init__(self, reader: "Transaction", watching: Watching) -> None:
        self._reader = reader
        self._watching = watching

    async def fetch(
        self, statement: Statement, row: Callable[..., T], *, within: float | None = None, **values: Any
    ) -> list[T]:
        if within is not None:
            self._watching.note()
        return await self._reader.fetch(statement, row, within=within, **values)

    def __getattr__(self, name: str) -> Any:
        self._watching.note()
        return getattr(self._reader, name)
