"""Shops too small or too odd to know much of: finite figures, or none and a reason, and never an error."""

import math
from typing import Any

import psycopg
import pytest

from resolvers.processing.process import process
from resolvers.processing.record import read_run
from resolvers.processing.request import Request


def one_customer(make):
    ana = make.customer(56, "ana")
    for week in range(1, 9):
        make.order(56, ana, f"2024-{week:02d}-01 12:00Z", 10 + week)


def one_timers(make):
    for number in range(60):
        make.order(56, make.customer(56, f"c{number}"), f"2024-0{1 + number % 6}-11 12:00Z", 5 + number)


def identical(make):
    for number in range(40):
        customer = make.customer(56, f"c{number}")
        for month in (1, 3, 5):
            make.order(56, customer, f"2024-0{month}-11 12:00Z", 20)


def refunds_only(make):
    for number in range(40):
        make.refund(56, make.customer(56, f"c{number}"), "2024-05-11 12:00Z", 10)


def one_of_a_million(make):
    one_timers(make)
    make.order(56, make.customer(56, "rich"), "2024-05-11 12:00Z", 1_000_000)


def thirty(make):
    for number in range(30):
        customer = make.customer(56, f"c{number}")
        for month in range(1, 2 + number % 5):
            make.order(56, customer, f"2024-0{month}-{1 + number % 28:02d} 12:00Z", 5 + number)


def mixed_currencies(make):
    for number in range(60):
        customer = make.customer(56, f"c{number}")
        for month in (1, 4):
            currency = ("GBP", "EUR", "JPY")[number % 3]
            make.order(56, customer, f"2024-0{month}-11 12:00Z", 10 + number, currency=currency)


def foreign_only(make):
    for number in range(40):
        make.order(56, make.customer(56, f"c{number}"), "2024-05-11 12:00Z", 10, currency="JPY")


def week(make):
    for number in range(70):
        customer = make.customer(56, f"c{number}")
        for day in range(1, 2 + number % 7):
            make.order(56, customer, f"2024-03-0{day} 12:00Z", 10 + number)


def future_only(make):
    for number in range(40):
        make.order(56, make.customer(56, f"c{number}"), "2199-05-11 12:00Z", 10)


SHOPS = {
    one_customer: 1,
    one_timers: 60,
    identical: 40,
    refunds_only: 0,
    one_of_a_million: 61,
    thirty: 30,
    mixed_currencies: 20,
    foreign_only: 0,
    week: 70,
    future_only: 0,
}


@pytest.mark.parametrize("as_of", ["now", "latest"])
@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.__name__)
def test_figures_are_finite_or_absent_with_a_reason(urls, make, shop, as_of):
    make.tenant()
    shop(make)
    run: Any = read_run(urls.app, 56, process(urls.app, 56, Request.of(None, as_of)).run_id)
    with psycopg.connect(urls.owner, row_factory=psycopg.rows.dict_row) as owner:
        scores = owner.execute("SELECT * FROM customer_score WHERE frequency > 0").fetchall()
    assert len(scores) == SHOPS[shop]
    assert run.report
    model = run.report["model"]
    assert model["reason"]
    for score in scores:
        numbers = [value for value in score.values() if value is not None and not isinstance(value, str)]
        assert all(math.isfinite(each) for each in numbers if not hasattr(each, "year"))
        unknown = score["churn_probability"] is None
        assert unknown == ("LOW_DATA" in model["flags"]) == (score["alive_probability"] is None)
        assert None not in (score["segment"], score["expected_value"], score["churn_risk"], score["clv_tier"])
    assert run.clv["overview"]["total_customers"] == len(scores)
    interval = run.clv["interval"]
    assert (interval["expected_low"] is None) == (interval["reason"] is not None)


def test_an_order_of_the_future_does_not_move_the_latest_day(urls, make):
    make.tenant()
    ana = make.customer(56, "ana")
    make.order(56, ana, "2024-06-01 12:00Z", 10)
    make.order(56, ana, "2199-06-01 12:00Z", 10)
    run: Any = read_run(urls.app, 56, process(urls.app, 56, Request.of(None, "latest")).run_id)
    assert run.as_of.isoformat() == "2024-06-01T23:00:00+00:00"
    assert run.rfm["overview"]["total_customers"] == 1
    assert (run.report["data"]["orders"], run.report["data"]["future_orders"]) == (1, 1)


def test_what_came_after_the_instant_of_a_run_is_no_future(urls, make):
    make.tenant()
    ana = make.customer(56, "ana")
    for day in ("2024-06-01", "2024-06-20", "2199-06-01"):
        make.order(56, ana, f"{day} 12:00Z", 10)
    run: Any = read_run(urls.app, 56, process(urls.app, 56, Request.of(None, "2024-06-10")).run_id)
    assert (run.report["data"]["orders"], run.report["data"]["future_orders"]) == (1, 1)


def test_money_without_a_rate_is_counted_and_not_summed(urls, make):
    make.tenant()
    mixed_currencies(make)
    run: Any = read_run(urls.app, 56, process(urls.app, 56, Request.of(None, "latest")).run_id)
    assert run.report
    assert run.report["data"]["without_rate"] == {"EUR": 40, "JPY": 40}
