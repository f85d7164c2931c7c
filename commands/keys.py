"""`cdp key`: make, list and revoke API keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.table import Table

from commands.database import database
from kit.db import Work
from kit.errors import ConfigurationError, InvalidInputError, UnavailableError
from resolvers.access.administration import ApiKeyRow, create_key, list_keys, revoke_key

Tenants = Annotated[
    list[int] | None,
    typer.Option("--tenant", help="A tenant that the key may see; repeatable", min=1, max=2**63 - 1),
]
AllTenants = Annotated[bool, typer.Option("--all-tenants", help="All tenants, those to come too")]
ScopeName = Annotated[
    str, typer.Option("--scope", help="read; write, which includes read; or admin, which includes both")
]
Name = Annotated[str, typer.Option("--name", help="What the key is for")]
KeyId = Annotated[str, typer.Argument(help="The key's id, as `cdp key list` has it")]

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)


@app.callback()
def _keys() -> None:
    """Make, list and revoke API keys, as the role that owns the tables."""


@app.command("create")
def create(
    tenant: Tenants = None, all_tenants: AllTenants = False, scope: ScopeName = "read", name: Name = ""
) -> None:
    """Make a key, and print it: the only time that it is shown."""
    if bool(tenant) == all_tenants:
        raise InvalidInputError("tenant", "Name the key's tenants with --tenant, or say --all-tenants.")
    with _as_owner() as work:
        key, row = create_key(work, tenants=None if all_tenants else tenant, scope=scope, name=name)
    typer.echo(key.text)
    typer.echo(
        f"Key {row.id}: {scope}, {_tenants(row)}. It is not shown again; only a hash of it is kept.", err=True
    )


@app.command("list")
def show() -> None:
    """List the keys, without their secrets."""
    with _as_owner() as work:
        rows = list_keys(work)
    table = Table("Id", "Name", "Tenants", "Scope", "Created", "Last used", "Revoked")
    for row in rows:
        moments = map(_moment, (row.created_at, row.last_used_at, row.revoked_at))
        table.add_row(row.id, row.name, _tenants(row), ", ".join(row.scopes), *moments)
    Console().print(table)


@app.command("revoke")
def revoke(key_id: KeyId) -> None:
    """Have a key refused; servers that know it follow within seconds."""
    with _as_owner() as work:
        row = revoke_key(work, key_id.removeprefix("cdp_"))
    typer.echo(f"Key {row.id} is revoked.")


@contextmanager
def _as_owner() -> Iterator[Work]:
    """The database, in the role that owns the tables. Raises ConfigurationError where that is not it."""
    with database(as_owner=True) as place:
        try:
            with psycopg.connect(place.owner_url, autocommit=True) as connection:
                yield Work(connection)
        except psycopg.errors.InsufficientPrivilege:
            raise ConfigurationError(
                "API keys are looked after by the role that owns the tables; name it in CDP_OWNER_URL."
            ) from None
        except psycopg.OperationalError:
            raise UnavailableError("The database cannot be reached; is CDP_OWNER_URL right?") from None


def _tenants(row: ApiKeyRow) -> str:
    if row.tenants is None:
        return "all tenants"
    return f"tenant{'s' if len(row.tenants) > 1 else ''} {', '.join(map(str, row.tenants))}"


def _moment(value: datetime | None) -> str:
    return "" if value is None else f"{value.astimezone():%Y-%m-%d %H:%M}"
