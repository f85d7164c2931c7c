"""Whom the application is to the database: a role that row-level security binds."""

from typing import Any

from psycopg import AsyncConnection, Connection

from kit.errors import ConfigurationError

APPLICATION = "cdp_app"

_UNBOUND = """
SELECT rolsuper OR rolbypassrls OR EXISTS (
    SELECT FROM pg_class
    WHERE relrowsecurity AND NOT relforcerowsecurity AND relnamespace = 'public'::regnamespace
      AND pg_has_role(pg_roles.oid, relowner, 'USAGE')
)
FROM pg_roles WHERE rolname = current_user
"""
_ACT = f"SET ROLE {APPLICATION}"

_REFUSAL = (
    "The role of CDP_DATABASE_URL (or, without it, of CDP_OWNER_URL) is a superuser or owns the tables, so "
    f"row-level security would not bind it, and it may not act as {APPLICATION}. Grant it with "
    f"`GRANT {APPLICATION} TO <role>`, or connect as another role."
)


async def act_as_application(connection: AsyncConnection[Any]) -> None:
    """Make sure that row-level security binds this connection, taking the application's role if need be.

    Superusers and owners read through policies. Raises ConfigurationError when neither holds.
    """
    if not await _one(connection, _UNBOUND):
        return
    if not await _one(connection, _may_act()):
        raise ConfigurationError(_REFUSAL)
    await connection.execute(_ACT)


def act_as_application_sync(connection: Connection[Any]) -> None:
    """The same for a connection without an event loop."""
    if not _first(connection.execute(_UNBOUND).fetchone()):
        return
    if not _first(connection.execute(_may_act()).fetchone()):
        raise ConfigurationError(_REFUSAL)
    connection.execute(_ACT)


def _may_act() -> str:
    return (
        f"SELECT count(*) > 0 FROM pg_roles WHERE rolname = '{APPLICATION}' "  # noqa: S608
        "AND pg_has_role(current_user, oid, 'MEMBER')"
    )


async def _one(connection: AsyncConnection[Any], query: Any) -> bool:
    cursor = await connection.execute(query)
    return _first(await cursor.fetchone())


def _first(row: tuple[Any, ...] | None) -> bool:
    return bool(row and row[0])
