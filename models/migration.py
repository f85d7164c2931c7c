"""Bring the tables to this version's shape, or tell what a database needs before it can be used."""

from dataclasses import dataclass
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from kit.errors import ConfigurationError, UnavailableError

HERE = Path(__file__).parent.parent / "migrations"


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
    script = ScriptDirectory.from_config(_config())
    head = script.get_current_head() or ""
    known = revision is None or revision in {each.revision for each in script.walk_revisions()}
    return State(revision, head, known)


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
        raise UnavailableError(f"The database cannot be reached: {_first_line(error)}") from None
    except psycopg.errors.InsufficientPrivilege as error:
        raise ConfigurationError(f"The role of CDP_DATABASE_URL may not read: {_first_line(error)}") from None


def migrate(url: str, revision: str = "head") -> tuple[State, State]:
    """Run the migrations up (or, to an older revision, down) as the role of `url`, the tables' owner.

    Returns the state before and after. Raises ConfigurationError for an unknown revision or missing
    rights, UnavailableError where the database cannot be reached.
    """
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            before = _state(connection)
            if not before.known:
                raise ConfigurationError(before.problem() or "")
            _run(connection, before, revision)
            return before, _state(connection)
    except OperationalError as error:
        raise UnavailableError(f"The database cannot be reached: {_first_line(error)}") from None
    except ProgrammingError as error:
        raise ConfigurationError(f"The migration was refused: {_first_line(error)}") from None


def _run(connection: Connection, before: State, target: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    script = ScriptDirectory.from_config(config)
    revisions = [each.revision for each in script.walk_revisions()][::-1]
    wanted = before.head if target == "head" else target
    if wanted not in {"base", *revisions}:
        raise ConfigurationError(
            f"There is no revision {target}; known are base, {', '.join(revisions)}, head."
        )
    position: dict[str | None, int] = {
        "base": -1,
        None: -1,
        **{each: at for at, each in enumerate(revisions)},
    }
    if position[wanted] >= position[before.revision]:
        command.upgrade(config, wanted)
    else:
        command.downgrade(config, wanted)
    connection.commit()


def _state(connection: Connection) -> State:
    revision = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()
    return state_of(revision)


def _require_supported(version: int) -> None:
    if not OLDEST <= version // 10_000 <= NEWEST:
        raise ConfigurationError(
            f"The server is PostgreSQL {version // 10_000}; supported are {OLDEST} to {NEWEST}."
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
