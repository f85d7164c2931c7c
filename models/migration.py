"""What shape a database's tables are in, and what to do before this version can use them."""

from dataclasses import dataclass
from pathlib import Path

import psycopg

from kit.errors import ConfigurationError, UnavailableError

HERE = Path(__file__).parent.parent / "migrations"
REVISIONS = sorted(path.name.partition("_")[0] for path in (HERE / "versions").glob("[0-9]*_*.py"))
"""The revisions this version knows, oldest first; a migration's file begins with its revision."""

OLDEST, NEWEST = 16, 18


@dataclass(frozen=True, slots=True)
class State:
    """Where a database stands: its revision (None: no tables yet) and the newest this version knows."""

    revision: str | None
    head: str
    known: bool

    @property
    def current(self) -> bool:
        return self.revision == self.head

    def problem(self) -> str | None:
        """What to do before this version can use the database, as a sentence; None if nothing."""
        if self.current:
            return None
        if self.revision is None:
            return "The database has no tables yet. Run `cdp migrate`."
        if not self.known:
            return (
                f"The database is at revision {self.revision}, which this version does not know "
                f"(it knows up to {self.head}): a newer version has migrated it. "
                f"Install that version, or go back with its `cdp migrate {self.head}`."
            )
        return (
            f"The database is at revision {self.revision}, this version needs {self.head}. Run `cdp migrate`."
        )


def state_of(revision: str | None) -> State:
    """Compare a revision read from a database with what this version knows."""
    return State(revision, REVISIONS[-1], revision is None or revision in REVISIONS)


def state_at(url: str) -> State:
    """Where the database of a URL stands, read in any role. Raises UnavailableError, ConfigurationError."""
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            _require_supported(connection.info.server_version)
            found = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
            if not (found and found[0]):
                return state_of(None)
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            return state_of(row[0] if row else None)
    except psycopg.OperationalError as error:
        raise UnavailableError(f"The database cannot be reached: {first_line(error)}") from None
    except psycopg.errors.InsufficientPrivilege as error:
        raise ConfigurationError(f"The role of CDP_DATABASE_URL may not read: {first_line(error)}") from None


def _require_supported(version: int) -> None:
    if not OLDEST <= version // 10_000 <= NEWEST:
        raise ConfigurationError(
            f"The server is PostgreSQL {version // 10_000}; supported are {OLDEST} to {NEWEST}."
        )


def first_line(error: Exception) -> str:
    """The first line of a database's message, without the statement that SQLAlchemy adds."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
