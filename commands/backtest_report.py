"""A backtest told to a person: in sentences, and as a table of who foretold what."""

from typing import Any

from rich.console import Console

from resolvers.backtests import BacktestRow

_ROW = "  {:<18}{:>12}{:>9}{:>9}{:>10}{:>8}{:>8}{:>15}"


def print_backtest(console: Console, row: BacktestRow) -> None:
    """The result in words, then the figures."""
    result: dict[str, Any] = row.result or {}
    for sentence in result["sentences"]:
        console.print(sentence)
    if result["model"]:
        console.print(f"Model: {result['model']} ({result['model_reason']})")
    if result["flags"]:
        console.print(f"Flags: {', '.join(result['flags'])}")
    if result["scores"]:
        _print_scores(console, result)
    if result["candidates"]:
        _print_candidates(console, result)


def _print_scores(console: Console, result: dict[str, Any]) -> None:
    console.print(
        f"\n{result['customers']:,} customers were known; {result['returned']:,} of them came back within "
        f"{result['holdout_days']} days and ordered {result['transactions']:,} times."
    )
    heads = ("", "orders off", "RMSE", "MAE", "log-loss", "Brier", "AUC", "top tenth has")
    console.print(_ROW.format(*heads))
    for score in result["scores"]:
        used = " *" if score["role"] == "model" else ""
        console.print(
            _ROW.format(
                score["name"] + used,
                _percent(score["transactions_bias"], signed=True),
                *(_figure(score[name]) for name in ("rmse", "mae", "log_loss", "brier", "auc")),
                _percent(score["top_decile_share"]),
            )
        )
    console.print(
        "  * what a run would use. Lower is better but for AUC and the top tenth's share of revenue."
    )


def _print_candidates(console: Console, result: dict[str, Any]) -> None:
    console.print(f"\nThe model was chosen on the {result['window_days']} days before those, by log-loss:")
    for each in result["candidates"]:
        console.print(f"  {each['name']:<18}{_figure(each['log_loss']):>9}  {each['reason']}")


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _percent(value: float | None, *, signed: bool = False) -> str:
    if value is None:
        return "-"
    return f"{100 * value:+.1f} %" if signed else f"{100 * value:.1f} %"
