"""The `cdp` command: its parts, each loaded when it is called, and one way to tell an error."""

import sys
from importlib import import_module
from typing import Any, cast

import typer
from rich.console import Console
from rich.text import Text
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from kit import log
from kit.errors import CdpError
from kit.process import collect_seldom

_PARTS = {
    "demo": ("commands.demonstration", "demo", "Make a demo shop, score it and serve it."),
    "serve": ("commands.serving", "serve", "Serve the graph and the REST v2 paths."),
    "worker": ("commands.serving", "worker", "Do the jobs that the API leaves in the queue."),
    "import": (
        "commands.importing",
        "app",
        "Import customers, orders, events, rates and members from files.",
    ),
    "export": ("commands.exporting", "app", "Write the members of a segment to a file."),
    "sync": ("commands.syncing", "command", "Fetch an integration's orders: what is new, or all."),
    "hook": ("commands.hooks", "app", "Have VTEX call when an order changes, or no more."),
    "customer": ("commands.customer", "app", "Tell what is held on a customer, erase them, or merge two."),
    "process": ("commands.processing", "command", "Score a tenant: RFM, lifetime value and churn."),
    "backtest": ("commands.backtesting", "command", "Test how well the last days would have been foretold."),
    "settings": ("commands.settings", "command", "Show and change what a tenant chooses about its scoring."),
    "key": ("commands.keys", "app", "Make, list and revoke API keys."),
    "audit": ("commands.auditing", "command", "Show the log of changes: who did what, when and from where."),
    "secrets": (
        "commands.secrets",
        "app",
        "Make a key for secrets, and have a new one take an old one's place.",
    ),
    "migrate": ("commands.administration", "migrate", "Bring the tables to this version's shape."),
    "config": ("commands.administration", "config", "List the settings."),
    "schema": (
        "commands.schemas",
        "app",
        "Print the GraphQL schema, the OpenAPI document or the schema of criteria.",
    ),
    "db": ("commands.administration", "app", "Look after the embedded database."),
}


class Parts(TyperGroup):
    """Loads a part when it is asked for, so that none waits for what another needs."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(_PARTS)

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | TyperGroup | None:
        if cmd_name not in _PARTS:
            return None
        module, name, _ = _PARTS[cmd_name]
        found = getattr(import_module(module), name)
        if not isinstance(found, typer.Typer):
            single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            single.command(cmd_name)(found)
            found = single
        return cast("TyperCommand | TyperGroup", get_command(found))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in _PARTS.items()])


app = typer.Typer(
    cls=Parts,
    name="cdp",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    no_args_is_help=True,
)


@app.callback()
def _cdp() -> None:
    """A customer data platform's data API: import, process, serve."""


def main() -> None:
    """Run the command. A known error is one sentence on standard error and exit code 1."""
    collect_seldom()
    log.configure("warning")
    try:
        app(prog_name="cdp")
    except CdpError as error:
        told = Text.assemble(("Error:", "bold red"), f" {error.message}")
        Console(stderr=True, highlight=False).print(told, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
