"""Run the migrations: forward to this version's tables, or back to older ones."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from kit.errors import ConfigurationError, UnavailableError
from models.migration import HERE, REVISIONS, State, first_line, state_of

_LOCK = "SELECT pg_advisory_lock(hashtextextended('cdp.migrate', 0))"
"""Held by the session: of two commands that find the same old tables, the second finds them migrated."""


def migrate(url: str, revision: str = "head") -> tuple[State, State]:
    """Run the migrations up (or, to an older revision, down) as the role of `url`, the tables' owner.

    Returns the state before and after. Raises ConfigurationError for an unknown revision or missing
    rights, UnavailableError where the database cannot be reached.
    """
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(_LOCK)
            connection.commit()
            before = _state(connection)
            if not before.known:
                raise ConfigurationError(before.problem() or "")
            _run(connection, before, revision)
            return before, _state(connection)
    except OperationalError as error:
        raise UnavailableError(f"The database cannot be reached: {first_line(error)}") from None
    except ProgrammingError as error:
        raise ConfigurationError(f"The migration was refused: {first_line(error)}") from None


def _run(connection: Connection, before: State, target: str) -> None:
    wanted = before.head if target == "head" else target
    if wanted not in {"base", *REVISIONS}:
        known = ", ".join(REVISIONS)
        raise ConfigurationError(f"There is no revision {target}; known are base, {known}, head.")
    config = _config()
    config.attributes["connection"] = connection
    position: dict[str | None, int] = {
        "base": -1,
        None: -1,
        **{each: at for at, each in enumerate(REVISIONS)},
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


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
