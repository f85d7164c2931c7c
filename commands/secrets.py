"""`cdp secrets`: a new key, and credentials encrypted anew with it."""

import typer

from commands.database import database
from kit.config import load
from kit.errors import ConfigurationError
from kit.secrets import make_key, vault_of
from resolvers.rotation import rotate as rotate_all

_MOST_NAMED = 20

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)


@app.callback()
def _secrets() -> None:
    """Look after the keys that credentials of integrations are encrypted with."""


@app.command("key")
def key() -> None:
    """Make a key for CDP_SECRET_KEY, and print it. It is kept nowhere."""
    typer.echo(make_key())


@app.command("rotate")
def rotate() -> None:
    """Encrypt all tenants' credentials with the first key of CDP_SECRET_KEY; the others are free then."""
    settings = load()
    with database(settings) as place:
        found = rotate_all(place.app_url, vault_of(settings))
    typer.echo(f"{found.renewed} encrypted anew, {found.current} were already.")
    if found.unreadable:
        named = ", ".join(f"{number} of tenant {tenant}" for tenant, number in found.unreadable[:_MOST_NAMED])
        rest = len(found.unreadable) - _MOST_NAMED
        more = f" and {rest} more" if rest > 0 else ""
        raise ConfigurationError(
            f"No key reads the credentials of {len(found.unreadable)} integrations: {named}{more}. Add the "
            "key that they were encrypted with to CDP_SECRET_KEY and rotate again, or give them anew."
        )
