"""A backtest's three plots in one file: calibration, tracking of orders, gains."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

_MODEL, _ACTUAL, _OTHER = "#1f5fa8", "#222222", "#9a9a9a"
_LINES = ("--", "-.", ":")


def draw(result: dict[str, Any], path: Path) -> None:
    """Draw a backtest's result (`resolvers.backtesting.result`), which has scores, into a file.

    The file's ending says its kind.
    """
    with rc_context({"date.converter": "concise"}):
        figure = Figure(figsize=(15, 4.8), layout="constrained")
        calibration, tracking, gains = figure.subplots(1, 3)
        _calibration(calibration, result)
        _tracking(tracking, result)
        _gains(gains, result)
        name = result["scores"][0]["name"]
        figure.suptitle(f"{result['holdout_days']} days from {result['origin']} foretold by {name}")
        figure.savefig(path, dpi=120)


def _shown(result: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The run's model and the baselines, each with how its line looks."""
    model, *others = result["scores"]
    rules = [each for each in others if each["role"] == "baseline"]
    looks = [{"color": _MODEL, "linewidth": 2.2, "zorder": 3}]
    looks += [{"color": _OTHER, "linestyle": line} for line in _LINES]
    return list(zip((model, *rules), looks, strict=False))


def _calibration(axes: Axes, result: dict[str, Any]) -> None:
    axes.set_title("Calibration: did they come back?")
    axes.plot([0, 1], [0, 1], color=_ACTUAL, linewidth=0.8, label="as foretold")
    for score, look in _shown(result):
        deciles = score["deciles"]
        if deciles:
            predicted, observed = ([each[name] for each in deciles] for name in ("predicted", "observed"))
            axes.plot(predicted, observed, marker="o", markersize=4, label=score["name"], **look)
    axes.set(xlabel="foretold probability of an order, by tenths", ylabel="share that ordered")
    axes.legend(frameon=False)


def _tracking(axes: Axes, result: dict[str, Any]) -> None:
    axes.set_title("Tracking: repeat orders so far")
    weeks = result["weeks"]
    days = np.array([each["day"] for each in weeks], "datetime64[D]")
    axes.plot(days, [each["actual"] for each in weeks], color=_ACTUAL, label="actual")
    for name, line, width in (("model", ":", 1.5), ("forecast", "-", 2.2)):
        values = [each[name] for each in weeks]
        if any(value is not None for value in values):
            foretold = [float("nan") if value is None else value for value in values]
            axes.plot(days, foretold, label=name, color=_MODEL, linestyle=line, linewidth=width)
    start, end = (float(np.datetime64(result[name], "D").astype(np.int64)) for name in ("origin", "as_of"))
    axes.axvspan(start, end, color=_OTHER, alpha=0.15, linewidth=0, label="held out")
    axes.set(ylabel="orders after the first")
    axes.legend(frameon=False)


def _gains(axes: Axes, result: dict[str, Any]) -> None:
    axes.set_title("Gains: who brings the revenue?")
    axes.plot([0, 100], [0, 100], color=_ACTUAL, linewidth=0.8, label="at random")
    for score, look in _shown(result):
        shares = score["gains"]
        if shares:
            steps = [100 * place / (len(shares) - 1) for place in range(len(shares))]
            axes.plot(steps, [100 * share for share in shares], label=score["name"], **look)
    axes.set(xlabel="best customers by foretold value, %", ylabel="share of the revenue, %")
    axes.legend(frameon=False)
