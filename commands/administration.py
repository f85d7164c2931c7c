"""`cdp migrate`, `cdp config` and `cdp db`: look after an installation."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from commands.database import place
from kit import embedded
from kit.config import Settings, load
from models.migrating import migrate as run_migrations

Revision = Annotated[str, typer.Argument(help="head, or an older revision to go back to")]
FromBin = Annotated[Path, typer.Option("--from-bin", help="Directory with the older PostgreSQL's programs")]


def migrate(revision: Revision = "head") -> None:
    """Bring the database's tables to this version's shape (or back to an older one)."""
    with place() as found:
        before, after = run_migrations(found.owner_url, revision)
    if before.revision == after.revision:
        typer.echo(f"The database is at revision {after.revision or 'base'} already.")
    else:
        typer.echo(f"The database went from {before.revision or 'base'} to {after.revision or 'base'}.")


def config() -> None:
    """List the settings, where they stand and what they mean."""
    settings = load()
    table = Table("Setting", "Value", "Meaning")
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        shown = "********" if isinstance(value, SecretStr) else "" if value is None else str(value)
        table.add_row(f"CDP_{name.upper()}", shown, field.description)
    Console().print(table)


def upgrade_database(from_bin: FromBin) -> None:
    """Move the embedded database of an older PostgreSQL to the version that comes with this one."""
    settings = load()
    done = embedded.upgrade(settings.data_dir, from_bin=from_bin, bin_dir=settings.pg_bin)
    typer.echo(f"The database went from PostgreSQL {done.from_major} to {done.to_major}.")
    typer.echo(f"The old one is kept in {done.kept}; remove it when you have seen that all is well.")


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)
app.command("upgrade")(upgrade_database)


@app.callback()
def _database() -> None:
    """Look after the embedded database."""
