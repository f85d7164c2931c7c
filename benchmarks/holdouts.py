"""How well the last days of shops are foretold, by every model and baseline, as Markdown tables.

python -m benchmarks.holdouts

The histories are those of benchmarks.coverage: CDNOW, UCI Online Retail where it is there, a simulated shop.
"""

from collections.abc import Sequence

from benchmarks.coverage import histories
from benchmarks.histories import UCI, end, uci
from scoring.backtest.coverage import forward
from scoring.backtest.holdout import backtest
from scoring.backtest.results import Backtest, Score

_HEAD = (
    "| history | held out | forecaster | bias | RMSE | MAE | log-loss | Brier | AUC | top 10 % bring | "
    "returned: active / at risk / churning / churned |"
)


def main() -> None:
    shops = list(histories())
    print(f"{_HEAD}\n|{'---|' * 11}")
    tests = []
    for name, rows, windows in shops:
        for days in windows:
            done = backtest(rows.customer, rows.day, rows.amount, as_of=end(rows), holdout=days)
            tests.append((name, done))
            for score in done.scores:
                print(f"| {name} | {days} days | {line(score)} |", flush=True)
    print("\n| history | held out | run's model | better on a measure |\n|---|---|---|---|")
    for name, done in tests:
        print(f"| {name} | {done.holdout_days} days | {done.model} | {beaten(done)} |")
    print("\n| history | totals of orders in their 90 % interval | totals of revenue |\n|---|---|---|")
    whole = [("UCI Online Retail with credits that belong to no order", uci())] if UCI.exists() else []
    for name, rows in [*((name, rows) for name, rows, _ in shops), *whole]:
        orders, value = (forward(rows, as_of=end(rows), of=of) for of in ("transactions", "value"))
        counts = [f"{each.covered} of {each.tested} ({each.share:.0%})" for each in (orders, value)]
        print(f"| {name} | {counts[0]} | {counts[1]} |", flush=True)


def line(score: Score) -> str:
    name = f"**{score.name}**" if score.role == "model" else score.name
    return " | ".join(
        [
            f"{name} (degenerate)" if score.flags and score.role == "other_model" else name,
            figure(score.transactions_bias, "+.1%"),
            *(
                figure(each, ".3f")
                for each in (score.rmse, score.mae, score.log_loss, score.brier, score.auc)
            ),
            figure(score.top_decile_share, ".0%"),
            " / ".join(figure(each.rate, ".0%") for each in score.risk_classes),
        ]
    )


def figure(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def beaten(done: Backtest) -> str:
    """The measures on which something else than the run's model is best."""
    better: Sequence[str] = [f"{win.measure}: {win.name}" for win in done.wins if win.role != "model"]
    return "; ".join(better) or "nothing"


if __name__ == "__main__":
    main()
