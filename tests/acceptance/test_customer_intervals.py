"""A customer's intervals of orders and value over HTTP, against the scoring package on the same data."""

from decimal import Decimal

import numpy as np
import pytest

from resolvers.processing.process import process
from resolvers.processing.request import Request
from scoring import clv, intervals, purchase, spend
from scoring.backtest.rolling import RollingError, RollingErrors, common_spread
from scoring.outlook import look_at

MANY = 200
PAGE = """
query Page($first: Int!) {
  tenant(databaseId: 56) {
    customers(first: $first) {
      nodes {
        databaseId
        clv {
          tier reason
          historicalValue { amount } expectedValue { amount }
          expectedValueInterval { low { amount currencyCode } high { amount currencyCode } level reason }
          ordersInterval { low high level reason }
          predictedValueInterval { low { amount } high { amount } level reason }
        }
      }
    }
  }
}
"""


@pytest.fixture
def page(ask):
    """The lifetime values of a page, by customer."""

    async def read(first=MANY):
        nodes = (await ask(PAGE, first=first))["tenant"]["customers"]["nodes"]
        return {int(node["databaseId"]): node["clv"] for node in nodes}

    return read


def computed(owner, customers):
    """Orders and bounds in pounds as the package computes them from the stored scores, by customer."""
    models, figures = owner.execute("SELECT report -> 'model', clv FROM score_run").fetchone()
    rows = owner.execute(
        "SELECT customer_id, frequency, last_order_on - first_order_on, recency_days, purchase_value "
        "FROM customer_score WHERE customer_id = ANY(%s) ORDER BY customer_id",
        [customers],
    ).fetchall()
    ids, frequency, t_x, recency, paid = (np.array(column) for column in zip(*rows, strict=True))
    x, t_x = (frequency - 1).astype(np.int32), t_x.astype(np.int32)
    age = (t_x + recency).astype(np.int32)
    fit = purchase.of(models["name"], **models["parameters"])
    ahead = look_at(fit, x, t_x, age).ahead(figures["months"], figures["annual_rate"])
    days, found = 30.4375 * figures["months"], figures["interval"]["errors"]
    errors = RollingErrors(
        found["days"], found["horizon_days"], tuple(RollingError(**each) for each in found["errors"]), None
    )
    orders_spread, value_spread = (common_spread(errors, of=of) for of in ("transactions", "value"))
    least, most = intervals.transactions(fit, days, x, t_x, age, common=orders_spread)
    low, high = intervals.value(
        fit,
        spend.of(**models["spend_parameters"]),
        days,
        x,
        t_x,
        age,
        frequency,
        paid.astype(np.float64) * 100 / frequency,
        worth=ahead.worth,
        common=value_spread,
    )
    assert value_spread > 0.1
    pence = zip(clv.in_units(low).tolist(), clv.in_units(high).tolist(), strict=True)
    pounds = [(Decimal(a) / 100, Decimal(b) / 100) for a, b in pence]
    return dict(zip(ids.tolist(), zip(zip(least, most, strict=True), pounds, strict=True), strict=True))


async def test_the_bounds_are_those_that_scoring_computes(scored, page):
    found = {number: value for number, value in (await page()).items() if value["tier"]}
    assert len(found) > MANY / 2
    for number, (orders, (low, high)) in computed(scored.owner, list(found)).items():
        counted = found[number]["ordersInterval"]
        assert (counted["low"], counted["high"]) == orders
        assert (counted["level"], counted["reason"]) == (0.9, None)
        interval = found[number]["expectedValueInterval"]
        assert (Decimal(interval["low"]["amount"]), Decimal(interval["high"]["amount"])) == (low, high)
        assert (interval["level"], interval["reason"], interval["low"]["currencyCode"]) == (0.9, None, "GBP")


async def test_the_predicted_value_adds_the_revenue_so_far(scored, page):
    for value in (await page()).values():
        if value["tier"]:
            so_far = Decimal(value["historicalValue"]["amount"])
            for end in ("low", "high"):
                ahead = Decimal(value["expectedValueInterval"][end]["amount"])
                assert Decimal(value["predictedValueInterval"][end]["amount"]) == so_far + ahead


async def test_an_expected_value_lies_within_unless_hardly_any_purchase_is_expected(scored, page):
    found = [value for value in (await page()).values() if value["tier"]]
    within = 0
    for value in found:
        expected = Decimal(value["expectedValue"]["amount"])
        low, high = (Decimal(value["expectedValueInterval"][end]["amount"]) for end in ("low", "high"))
        assert 0 <= low <= high
        assert low <= expected
        within += expected <= high
        if high > 100:
            assert expected <= high
    assert within > len(found) / 2


async def test_without_a_value_there_is_no_interval_and_the_reason_beside_it(scored, page):
    number = scored.customer(56, "no orders")
    value = (await page(500))[number]
    names = ("tier", "expectedValueInterval", "predictedValueInterval", "ordersInterval")
    assert [value[name] for name in names] == [None] * 4
    assert value["reason"] is not None


async def test_too_few_repeat_buyers_give_no_bounds_but_why(make, page, urls):
    make.history(make.tenant(), 20)
    process(urls.app, 56, Request.of(None, "latest"))
    found = [value for value in (await page()).values() if value["tier"]]
    assert found
    for value in found:
        expected = {"low": None, "high": None, "level": 0.9, "reason": "LOW_DATA"}
        assert value["expectedValueInterval"] == value["predictedValueInterval"] == expected
        assert value["ordersInterval"] == expected


async def test_without_a_model_of_spend_the_reason_says_so(scored, page):
    scored.owner.execute("UPDATE score_run SET report = jsonb_set(report, '{model, spend_parameters}', '{}')")
    found = [value for value in (await page()).values() if value["tier"]]
    assert {value["expectedValueInterval"]["reason"] for value in found} == {"NO_SPEND_MODEL"}
    assert {value["ordersInterval"]["reason"] for value in found} == {None}
    assert any(value["ordersInterval"]["high"] > 0 for value in found)


async def test_without_errors_at_earlier_days_the_least_spread_is_taken(scored, page):
    before = {number: value["ordersInterval"] for number, value in (await page()).items() if value["tier"]}
    scored.owner.execute("UPDATE score_run SET clv = jsonb_set(clv, '{interval, errors}', 'null')")
    after = {number: value["ordersInterval"] for number, value in (await page()).items() if value["tier"]}
    widths = [[value["high"] - value["low"] for value in found.values()] for found in (before, after)]
    assert 0 < sum(widths[1]) < sum(widths[0])


async def test_a_larger_page_takes_no_more_statements(scored, page, application):
    sent: list[str] = []
    application.state.database.on_statement = sent.append
    await page(5)
    few = len(sent)
    sent.clear()
    await page()
    assert len(sent) == few <= 5
