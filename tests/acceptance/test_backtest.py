"""Backtests over the graph: asked for, done by a worker, stored, and told in words and figures."""

import asyncio
from decimal import Decimal

import pytest

from resolvers.backtesting.request import BacktestRequest
from resolvers.backtesting.run import run_backtest
from resolvers.processing.process import process
from resolvers.processing.request import Request

REQUEST = """mutation ($input: BacktestRequestInput!) { backtestRequest(input: $input) {
    backtest { id status holdoutDays } userErrors { code field message } } }"""
RESULT = """query ($id: ID!) { node(id: $id) { ... on Backtest { id status reason sentences
    customerCount orderCount returnedCount revenue { amount currencyCode }
    riskDays model modelReason flags isStale error
    candidates { name logLoss chosen reason flags }
    scores { name role expectedOrders ordersBias revenue { amount } rmse mae logLoss brier auc topDecileShare
        gains calibration { customerCount predicted observed }
        riskClasses { risk customerCount returnedCount rate } }
    wins { measure name role value modelValue } weeks { day actual model forecast } } } }"""
SCORED = """{ tenant(databaseId: 56) {
    analytics { clv { overview { totalExpectedValue { amount }
        totalExpectedValueInterval { low { amount } high { amount } level reason } } } }
    scoreRuns { nodes { model { name candidates { name logLoss chosen reason } } } } } }"""
TENANT = "{ tenant(databaseId: 56) { id backtest(holdoutDays: 90) { id holdoutDays status } } }"


async def test_a_backtest_is_made_by_a_worker_and_stored(make, ask, worker):
    make.history(make.tenant(), 600)
    tenant = (await ask(TENANT))["tenant"]
    assert tenant["backtest"] is None
    payload = await ask(REQUEST, input={"tenantId": tenant["id"], "holdoutDays": 90})
    answer = payload["backtestRequest"]
    assert answer["userErrors"] == []
    assert answer["backtest"]["holdoutDays"] == 90
    found = await _ended(ask, answer["backtest"]["id"])
    assert (found["status"], found["reason"], found["isStale"]) == ("SUCCEEDED", None, False)
    assert found["scores"][0]["role"] == "MODEL"
    assert {"HISTORICAL_RATE", "LAST_WINDOW", "HIATUS"} <= {each["name"] for each in found["scores"]}
    classes = found["scores"][0]["riskClasses"]
    assert sum(each["customerCount"] for each in classes) == found["customerCount"]
    assert sum(each["customerCount"] for each in found["scores"][0]["calibration"]) == found["customerCount"]
    assert found["weeks"][-1]["actual"] >= found["orderCount"]
    assert any("came back within" in each for each in found["sentences"])
    assert (await ask(TENANT))["tenant"]["backtest"]["id"] == found["id"]


async def test_the_figures_are_those_of_the_command(urls, make, ask):
    make.history(make.tenant(), 400)
    run_backtest(urls.app, 56, BacktestRequest.of(90, "latest"))
    node = (await ask(TENANT))["tenant"]["backtest"]["id"]
    found = (await ask(RESULT, id=node))["node"]
    actual = make.owner.execute("SELECT result FROM backtest").fetchone()[0]
    assert found["orderCount"] == actual["transactions"]
    assert found["revenue"] == {"amount": actual["revenue"], "currencyCode": "GBP"}
    assert found["sentences"] == actual["sentences"]


async def test_a_shop_without_orders_is_told_so(urls, make, ask):
    make.tenant()
    run_backtest(urls.app, 56, BacktestRequest.of(90))
    node = (await ask(TENANT))["tenant"]["backtest"]["id"]
    found = (await ask(RESULT, id=node))["node"]
    assert (found["reason"], found["scores"], found["revenue"]) == ("NO_ORDERS", [], None)
    assert found["sentences"] == [
        "There are no orders before the day asked for, so there is nothing to test."
    ]


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"holdoutDays": 0}, ["input", "holdoutDays"], "accepted are 1 to 3650 days"),
        ({"asOf": "soon"}, ["input", "asOf"], "'soon' is not a day"),
    ],
)
async def test_a_wrong_request_is_refused_by_name(make, ask, wrong, field, message):
    make.tenant()
    tenant = (await ask(TENANT))["tenant"]["id"]
    answer = (await ask(REQUEST, input={"tenantId": tenant, **wrong}))["backtestRequest"]
    assert answer["backtest"] is None
    (error,) = answer["userErrors"]
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", field)
    assert message in error["message"]


async def test_the_same_request_that_waits_is_joined(make, ask):
    make.history(make.tenant(), 20)
    tenant = (await ask(TENANT))["tenant"]["id"]
    first = (await ask(REQUEST, input={"tenantId": tenant}))["backtestRequest"]["backtest"]
    again = (await ask(REQUEST, input={"tenantId": tenant}))["backtestRequest"]["backtest"]
    assert (first["status"], again["id"]) == ("QUEUED", first["id"])


async def _ended(ask, node):
    for _ in range(300):
        found = (await ask(RESULT, id=node))["node"]
        if found["status"] in ("SUCCEEDED", "FAILED"):
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(found)


async def test_the_total_of_expected_values_has_an_interval_and_the_run_its_table(make, ask, urls):
    make.history(make.tenant(), 900)
    process(urls.app, 56, Request.of(None, "latest"))
    found = (await ask(SCORED))["tenant"]
    overview = found["analytics"]["clv"]["overview"]
    interval = overview["totalExpectedValueInterval"]
    low, total, high = (
        Decimal(each["amount"])
        for each in (interval["low"], overview["totalExpectedValue"], interval["high"])
    )
    assert (interval["level"], interval["reason"]) == (0.9, None)
    assert low < total < high
    (run,) = found["scoreRuns"]["nodes"]
    names = {each["name"]: each["chosen"] for each in run["model"]["candidates"]}
    assert {"MBG_NBD", "MBG_CNBD_K", "LAST_WINDOW"} <= set(names)
    assert sum(names.values()) == 1
