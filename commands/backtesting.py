"""`cdp backtest`: how well the last days would have been foretold."""

from importlib import import_module
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from commands.backtest_report import print_backtest
from commands.database import database
from commands.options import Tenant
from commands.processing import AsOf, progress_bar
from kit.errors import ConfigurationError, InvalidInputError
from resolvers.backtesting.record import read_backtest
from resolvers.backtesting.request import USUAL_HOLDOUT, BacktestRequest
from resolvers.backtesting.run import run_backtest
from resolvers.backtests import BacktestRow

Holdout = Annotated[int, typer.Option("--holdout", help="Days before --as-of that are held out")]
Json = Annotated[bool, typer.Option("--json", help="Print the whole result as JSON")]
Plot = Annotated[
    Path | None,
    typer.Option("--plot", help="Draw calibration, tracking and gains into this file: .png, .svg or .pdf"),
]

_KINDS = (".png", ".svg", ".pdf")


def command(
    tenant: Tenant,
    holdout: Holdout = USUAL_HOLDOUT,
    as_of: AsOf = "latest",
    json: Json = False,
    plot: Plot = None,
) -> None:
    """Hold a tenant's last days out, foretell them from the days before, and compare."""
    request = BacktestRequest.of(holdout, as_of, name="holdout")
    if plot is not None:
        _check(plot)
    with database() as place:
        with progress_bar(quiet=json) as tell:
            number = run_backtest(place.app_url, tenant, request, notify=tell)
        row = read_backtest(place.app_url, tenant, number)
    if json:
        typer.echo(orjson.dumps(row._asdict(), option=orjson.OPT_INDENT_2).decode())
    else:
        print_backtest(Console(highlight=False, soft_wrap=True), row)
    if plot is not None:
        _draw(row, plot)


def _check(plot: Path) -> None:
    """Before anything is computed: whether the plot can be drawn and written."""
    if plot.suffix.lower() not in _KINDS:
        raise InvalidInputError("plot", f"'{plot.name}' ends in none of {', '.join(_KINDS)}.")
    if not plot.absolute().parent.is_dir():
        raise InvalidInputError("plot", f"There is no directory {plot.parent} to write {plot.name} to.")
    try:
        import_module("matplotlib")
    except ModuleNotFoundError:
        raise ConfigurationError(
            "--plot needs matplotlib, which is not installed: pip install 'cdp-api[plot]'."
        ) from None


def _draw(row: BacktestRow, plot: Path) -> None:
    if not row.result or not row.result["scores"]:
        raise InvalidInputError("plot", "There is nothing to draw: nothing could be foretold.")
    import_module("commands.backtest_plots").draw(row.result, plot)
