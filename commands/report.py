"""What a run found, told to a person or to a program."""

from typing import Any

import orjson
from rich.console import Console

from resolvers.processing.process import Outcome
from resolvers.runs import RunRow

_ROW = "  {:<20}{:>10}{:>10}{:>12}{:>11}{:>15}"


def run_as_json(run: RunRow, outcome: Outcome) -> str:
    """The run as indented JSON."""
    content = {"up_to_date": outcome.fresh, **run._asdict()}
    return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode()


def print_run(run: RunRow, outcome: Outcome) -> None:
    """The run in words and tables."""
    console = Console(highlight=False, soft_wrap=True)
    report = run.report or {}
    if outcome.fresh:
        console.print("The scores are up to date; --force computes them anew.")
    _print_data(console, run, report["data"])
    if run.rfm:
        _print_rfm(console, run.rfm)
    if run.clv:
        _print_clv(console, run.clv)
    if run.churn:
        _print_churn(console, run.churn)
    model = report["model"]
    if model:
        console.print(f"Model: {model['name']} ({model['reason']})")
        if run.flags:
            console.print(f"Flags of the models used: {', '.join(run.flags)}")
        for name, flags in model.get("rejected", {}).items():
            console.print(f"Not used: {name}, whose fit is flagged {', '.join(flags)}")
    if not outcome.fresh:
        seconds = report["seconds"]
        console.print(f"Took {sum(seconds.values()):.2f} s ({_listed(seconds)}).")


def _print_data(console: Console, run: RunRow, data: dict[str, Any]) -> None:
    through = run.data_through.isoformat(timespec="minutes") if run.data_through else "none"
    console.print(
        f"Run {run.id} of tenant {run.tenant_id}, as of {run.as_of.isoformat(timespec='minutes')}, "
        f"data through {through}."
    )
    console.print(
        f"{data['orders']:,} orders, {data['linked_refunds'] + data['unlinked_refunds']:,} refunds "
        f"({data['unlinked_refunds']:,} not linked to an order), net revenue {_money(data['net_revenue'])}, "
        f"of it guests' {_money(data['guest_revenue'])} and {_money(data['without_transaction_value'])} of "
        f"{data['without_transaction']:,} customers without a purchase."
    )
    if future := data.get("future_orders"):
        orders = "1 order that is" if future == 1 else f"{future:,} orders that are"
        console.print(f"Left out: {orders} dated in the future.")
    for currency, count in data["without_rate"].items():
        console.print(f"Left out: {count:,} in {currency}, for which there is no exchange rate.")


def _print_rfm(console: Console, rfm: dict[str, Any]) -> None:
    overview = rfm["overview"]
    console.print(f"RFM: {overview['total_customers']:,} customers, {_money(overview['total_revenue'])}")
    console.print(_ROW.format("segment", "customers", "share", "days since", "purchases", "revenue each"))
    for row in rfm["distribution"]:
        console.print(
            _ROW.format(
                row["segment"],
                f"{row['customer_count']:,}",
                f"{row['percentage']:.2f} %",
                _number(row["avg_recency"]),
                _number(row["avg_frequency"]),
                _money(row["avg_monetary"]),
            )
        )


def _print_clv(console: Console, clv: dict[str, Any]) -> None:
    overview = clv["overview"]
    console.print(
        f"CLV: {_money(overview['total_expected_value'])} expected in {clv['months']} months on top of "
        f"{_money(overview['total_historical_value'])}; tiers high {overview['high']:,}, "
        f"medium {overview['medium']:,}, low {overview['low']:,}."
    )


def _print_churn(console: Console, churn: dict[str, Any]) -> None:
    overview = churn["overview"]
    rate = "unknown" if overview["churn_rate"] is None else f"{overview['churn_rate']:.1%}"
    console.print(
        f"Churn: rate {rate} within {churn['horizon_days']} days; active {overview['active']:,}, at risk "
        f"{overview['at_risk']:,}, churning {overview['churning']:,}, churned {overview['churned']:,}."
    )


def _money(value: str | None) -> str:
    return "-" if value is None else f"{float(value):,.2f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f}"


def _listed(seconds: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in seconds.items())
