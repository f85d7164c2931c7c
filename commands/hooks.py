"""`cdp hook`: have VTEX call this service when an order changes, or no more."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated, TypeVar

import typer

from commands.context import context
from commands.database import database
from connectors.vtex.hook import SECRET_HEADER
from kit.config import load
from kit.secrets import vault_of
from resolvers import hooks, integrations
from resolvers.context import Ctx

T = TypeVar("T")
Integration = Annotated[
    int, typer.Option("--integration", help="The integration's number", min=1, max=2**63 - 1)
]
Url = Annotated[str, typer.Option("--url", help="Where VTEX reaches this service: https://...")]

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)


@app.callback()
def _hooks() -> None:
    """Have VTEX call this service when an order changes, or no more."""


@app.command("create")
def create(integration: Integration, url: Url) -> None:
    """Have VTEX call this service at a url, and print the secret of the calls: the only time it is shown.

    The next sync sets the hook at VTEX, within a minute where a worker runs.
    """
    secret = _do(integration, lambda ctx, tenant: hooks.create(ctx, tenant, integration, url))
    typer.echo(secret)
    typer.echo(f"VTEX is to send it as {SECRET_HEADER}; the next sync has it do so.", err=True)


@app.command("delete")
def delete(integration: Integration) -> None:
    """Take no more calls of VTEX. The next sync takes the hook away there."""
    _do(integration, lambda ctx, tenant: hooks.delete(ctx, tenant, integration))
    typer.echo("No more calls are taken; the next sync takes the hook away at VTEX.")


def _do(integration: int, use_case: Callable[[Ctx, int], Awaitable[T]]) -> T:
    settings = load()

    async def done(url: str) -> T:
        async with context(url, settings) as opened:
            ctx = replace(opened, vault=vault_of(settings))
            return await use_case(ctx, await integrations.tenant_of(ctx, integration))

    with database(settings) as place:
        return asyncio.run(done(place.app_url))
