"""Cohorts, the grid and the histograms: whom they hold, and shops that have none."""

from pathlib import Path

import pytest

from resolvers.processing.process import process
from resolvers.processing.request import Request
from tests.acceptance.analytics.figures import COHORTS, amount, score, total


async def test_cohorts_hold_every_customer_and_all_their_revenue(scored, matrix, spread):
    found = await matrix(24)
    overview = (await spread())["rfm"]["overview"]
    assert [each["month"] for each in found["cohorts"]] == [
        f"{year}-{month:02}-01" for year in (2024, 2025) for month in range(1, 13)
    ]
    assert sum(each["customerCount"] for each in found["cohorts"]) == overview["customerCount"]
    assert sum(total(each["periods"], "revenue") for each in found["cohorts"]) == amount(
        overview["totalRevenue"]
    )
    for place, each in enumerate(found["cohorts"]):
        assert [period["monthsSince"] for period in each["periods"]] == list(range(24 - place))
        assert each["periods"][0]["activeCustomerCount"] == each["customerCount"]
    assert (await matrix(3))["cohorts"] == found["cohorts"][-3:]


@pytest.mark.parametrize("months", [0, 121])
async def test_too_many_months_of_cohorts_are_refused(scored, fail, months):
    error = await fail(COHORTS, months=months)
    assert error["extensions"]["field"] == "months"
    assert f"months is {months}; accepted are 1 to 120" in error["message"]


async def test_the_grid_and_the_histograms_hold_every_customer(scored, spread):
    found = await spread()
    rfm, clv, churn = found["rfm"], found["clv"], found["churn"]
    everyone = rfm["overview"]["customerCount"]
    assert len(rfm["grid"]) == 25
    assert total(rfm["grid"], "customerCount") == everyone
    assert total(rfm["grid"], "revenue") == amount(rfm["overview"]["totalRevenue"])
    assert sum(each["share"] for each in rfm["grid"]) == pytest.approx(1)
    rows = scored.owner.execute(
        "SELECT recency_score, frequency_score, count(*), sum(monetary) FROM customer_score GROUP BY 1, 2"
    ).fetchall()
    assert {
        (each["recencyScore"], each["frequencyScore"], each["customerCount"], amount(each["revenue"]))
        for each in rfm["grid"]
        if each["customerCount"]
    } == set(rows)
    assert total(clv["histogram"], "customerCount") == everyone
    assert total(clv["histogram"], "totalValue") == amount(clv["overview"]["totalPredictedValue"])
    for each in clv["histogram"]:
        (count,) = scored.owner.execute(
            "SELECT count(*) FROM customer_score WHERE predicted_value >= coalesce(%s, -1e9) "
            "AND predicted_value < coalesce(%s, 1e9)",
            [each[name] and each[name]["amount"] for name in ("lower", "upper")],
        ).fetchone()
        assert each["customerCount"] == count
    assert sum(each["share"] for each in clv["distribution"]) == pytest.approx(1)
    assert total(churn["distribution"], "customerCount") == everyone
    assert total(churn["histogram"], "customerCount") == everyone
    assert churn["overview"]["withoutProbabilityCount"] == 0
    assert total(churn["distribution"], "expectedValue") == amount(clv["overview"]["totalExpectedValue"])
    assert total(churn["distribution"], "predictedValue") == amount(clv["overview"]["totalPredictedValue"])


async def test_a_shop_of_one_order(urls, make, sales, matrix, spread):
    make.order(56, make.customer(make.tenant(), "ana"), "2024-02-29 12:00Z", 10)
    score(urls)
    found = await spread()
    assert total(found["rfm"]["grid"], "customerCount") == 1
    assert total(found["clv"]["histogram"], "customerCount") == 1
    churn = found["churn"]
    assert (total(churn["histogram"], "customerCount"), churn["overview"]["withoutProbabilityCount"]) == (
        0,
        1,
    )
    assert (await sales())["totals"]["newCustomerCount"] == 1
    (cohort,) = (await matrix(1))["cohorts"]
    assert (cohort["month"], cohort["customerCount"]) == ("2024-02-01", 1)


async def test_a_shop_of_guests_has_sales_and_no_customers(urls, make, sales, matrix, spread):
    make.order(make.tenant(), None, "2024-02-29 12:00Z", 10)
    score(urls)
    totals = (await sales())["totals"]
    assert (totals["orderCount"], totals["newCustomerCount"], amount(totals["netRevenue"])) == (1, 0, 10)
    assert [each["customerCount"] for each in (await matrix(2))["cohorts"]] == []
    assert [each["customerCount"] for each in (await spread())["rfm"]["grid"]] == [0] * 25


async def test_an_empty_shop_and_one_before_its_first_run(urls, make, sales, matrix, spread):
    make.tenant()
    for run in (False, True):
        if run:
            score(urls)
        found, cohorts, spreads = await sales(), await matrix(), await spread()
        assert (found["runId"] is None) is (not run)
        assert len(found["points"]) == (30 if run else 0)
        assert (found["totals"] or {}).get("orderCount") == (0 if run else None)
        assert len(cohorts["cohorts"]) == 0
        assert len(spreads["rfm"]["grid"]) == (25 if run else 0)
        assert spreads["clv"]["histogram"] == []
        assert spreads["churn"]["overview"]["withoutProbabilityCount"] == 0


async def test_a_run_from_before_these_figures_answers_without_them(scored, sales, matrix, spread):
    scored.owner.execute("DELETE FROM sales")
    scored.owner.execute("DELETE FROM cohort")
    scored.owner.execute(
        "UPDATE score_run SET report = report - 'periods', rfm = rfm - 'grid', clv = clv - 'histogram', "
        "churn = churn - '{histogram,values}'::text[]"
    )
    found, spreads = await sales(), await spread()
    assert found["runId"] is not None
    assert (found["points"], found["totals"], (await matrix())["cohorts"]) == ([], None, [])
    assert (spreads["rfm"]["grid"], spreads["clv"]["histogram"], spreads["churn"]["histogram"]) == (
        [],
        [],
        [],
    )
    assert spreads["churn"]["distribution"][0]["expectedValue"] is None
    assert spreads["churn"]["overview"]["withoutProbabilityCount"] == 0


async def test_the_figures_of_the_run_before_are_swept(scored, urls, sales):
    scored.order(56, None, "2025-12-31 12:00Z", 1)
    before = (await sales())["totals"]["orderCount"]
    score(urls)
    assert (await sales())["totals"]["orderCount"] == before + 1
    for table in ("sales", "cohort"):
        runs = scored.owner.execute(f"SELECT DISTINCT run_id FROM {table}").fetchall()
        assert runs == scored.owner.execute("SELECT run_id FROM score_current").fetchall()


async def test_churn_without_lifetime_value_has_no_values(urls, make, spread):
    make.history(make.tenant(), 100)
    process(urls.app, 56, Request.of(["churn"], "latest"))
    churn = (await spread())["churn"]
    assert total(churn["distribution"], "customerCount") == total(churn["histogram"], "customerCount") > 0
    assert [each["expectedValue"] for each in churn["distribution"]] == [None] * 4


async def test_the_example_in_the_documents_is_answered(scored, ask):
    page = (Path(__file__).parents[3] / "docs" / "reference" / "analytics.md").read_text()
    example = page.partition("```graphql")[2].partition("```")[0]
    found = (await ask(example))["tenant"]["analytics"]
    assert len(found["sales"]["points"]) == 12
    assert len(found["cohorts"]["cohorts"]) == 6
