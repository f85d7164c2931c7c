"""Analytics over HTTP: figures that hang together, and what is told where there are none."""

import csv
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from kit.db import connect_for_work
from resolvers.imports.options import ImportOptions, NewTenant
from resolvers.imports.orders import import_orders
from resolvers.processing.process import process
from resolvers.processing.request import Request

SALES = """
query Sales($interval: SalesInterval!, $from: Date, $until: Date) {
  tenant(databaseId: 56) {
    analytics {
      sales(interval: $interval, from: $from, until: $until) {
        interval from until computedAt dataThrough runId isStale
        points {
          from until isComplete orderCount
          revenue { amount currencyCode } refunded { amount } netRevenue { amount }
          averageOrderValue { amount } newCustomerCount returningCustomerCount leftOutCount
        }
        totals {
          orderCount revenue { amount } refunded { amount } netRevenue { amount } averageOrderValue { amount }
          newCustomerCount leftOutCount
        }
      }
    }
  }
}
"""
COHORTS = """
query Cohorts($months: Int!) {
  tenant(databaseId: 56) {
    analytics {
      cohorts(months: $months) {
        runId isStale
        cohorts {
          month customerCount
          periods { monthsSince from isComplete activeCustomerCount retention revenue { amount } }
        }
      }
    }
  }
}
"""
SPREAD = """
{
  tenant(databaseId: 56) {
    analytics {
      rfm {
        overview { customerCount totalRevenue { amount } }
        grid {
          recencyScore frequencyScore customerCount share revenue { amount } averageMonetary { amount }
        }
      }
      clv {
        overview { customerCount totalExpectedValue { amount } totalPredictedValue { amount } }
        distribution { tier customerCount share }
        histogram { lower { amount } upper { amount } customerCount totalValue { amount } }
      }
      churn {
        overview { customerCount churnRate horizonDays withoutProbabilityCount }
        distribution { risk customerCount share expectedValue { amount } predictedValue { amount } }
        histogram { lower upper customerCount }
      }
    }
  }
}
"""


@pytest.fixture
def sales(ask):
    """Asks for sales over time."""

    async def get(interval="DAY", start=None, end=None):
        found = await ask(SALES, interval=interval, **{"from": start, "until": end})
        return found["tenant"]["analytics"]["sales"]

    return get


@pytest.fixture
def spread(ask):
    """Asks for all that shows how customers spread."""

    async def get():
        return (await ask(SPREAD))["tenant"]["analytics"]

    return get


@pytest.fixture
def matrix(ask):
    """Asks for cohorts."""

    async def get(months=12):
        return (await ask(COHORTS, months=months))["tenant"]["analytics"]["cohorts"]

    return get


def score(urls, as_of="latest"):
    process(urls.app, 56, Request.of(None, as_of, force=True))


def amount(money):
    return Decimal(money["amount"])


def total(points, name):
    return sum(amount(each[name]) if isinstance(each[name], dict) else each[name] for each in points)


async def test_sales_are_those_of_the_orders(scored, sales):
    rows = scored.owner.execute(
        "SELECT (placed_at AT TIME ZONE 'Europe/London')::date, customer_id, amount FROM customer_order"
    ).fetchall()
    first = min(day for day, _, _ in rows)
    found = await sales("DAY", str(first), "2025-12-31")
    orders: Counter[str] = Counter()
    revenue: defaultdict[str, Decimal] = defaultdict(Decimal)
    for day, _, paid in rows:
        orders[str(day)] += 1
        revenue[str(day)] += paid
    days = [str(first + timedelta(days=n)) for n in range((date(2025, 12, 31) - first).days + 1)]
    assert [each["from"] for each in found["points"]] == days == [each["until"] for each in found["points"]]
    assert [each["orderCount"] for each in found["points"]] == [orders[day] for day in days]
    assert [amount(each["revenue"]) for each in found["points"]] == [revenue[day] for day in days]
    assert all(each["isComplete"] for each in found["points"])
    assert (found["from"], found["until"], found["isStale"]) == (str(first), "2025-12-31", False)


@pytest.mark.parametrize("interval", ["DAY", "WEEK", "MONTH"])
async def test_points_sum_to_the_totals_and_the_totals_agree(scored, sales, interval):
    found = await sales(interval, "2024-01-01", "2025-12-31")
    for name in ("orderCount", "revenue", "refunded", "netRevenue", "newCustomerCount", "leftOutCount"):
        whole = found["totals"][name]
        assert total(found["points"], name) == (amount(whole) if isinstance(whole, dict) else whole)
    (rows,) = scored.owner.execute("SELECT count(*), sum(amount) FROM customer_order").fetchall()
    assert (found["totals"]["orderCount"], amount(found["totals"]["netRevenue"])) == rows
    (customers,) = scored.owner.execute("SELECT count(*) FROM customer_score").fetchone()
    assert found["totals"]["newCustomerCount"] == customers


async def test_customers_of_a_period_are_new_or_returning(scored, sales):
    for interval, unit in (("WEEK", "week"), ("MONTH", "month")):
        found = await sales(interval, "2024-01-01", "2025-12-31")
        rows = scored.owner.execute(
            "SELECT date_trunc(%s, placed_at AT TIME ZONE 'Europe/London')::date, "
            "count(DISTINCT customer_id) FROM customer_order WHERE amount > 0 GROUP BY 1",
            [unit],
        ).fetchall()
        expected = {str(start): customers for start, customers in rows}
        told = {
            each["from"]: each["newCustomerCount"] + each["returningCustomerCount"]
            for each in found["points"]
        }
        assert {start: number for start, number in told.items() if number} == expected


async def test_weeks_and_months_are_whole_and_zeros_fill_the_gaps(urls, make, sales):
    ana = make.customer(make.tenant(), "ana")
    make.order(56, ana, "2024-02-29 12:00Z", 10)
    make.order(56, ana, "2024-04-01 12:00Z", 25)
    score(urls)
    months = (await sales("MONTH", "2024-01-15", "2024-04-01"))["points"]
    assert [(each["from"], each["until"], each["orderCount"]) for each in months] == [
        ("2024-01-01", "2024-01-31", 0),
        ("2024-02-01", "2024-02-29", 1),
        ("2024-03-01", "2024-03-31", 0),
        ("2024-04-01", "2024-04-30", 1),
    ]
    assert [each["isComplete"] for each in months] == [True, True, True, False]
    assert [(each["newCustomerCount"], each["returningCustomerCount"]) for each in months] == [
        (0, 0),
        (1, 0),
        (0, 0),
        (0, 1),
    ]
    assert (months[0]["averageOrderValue"], months[3]["averageOrderValue"]) == (None, {"amount": "25.00"})
    weeks = (await sales("WEEK", "2024-02-29", "2024-03-04"))["points"]
    assert [(each["from"], each["until"]) for each in weeks] == [
        ("2024-02-26", "2024-03-03"),
        ("2024-03-04", "2024-03-10"),
    ]


async def test_days_are_the_shops_own_through_the_change_of_clocks(urls, make, sales):
    ana = make.customer(make.tenant(time_zone="America/New_York"), "ana")
    at = {
        "2024-03-10 04:59:59Z": "2024-03-09",
        "2024-03-10 05:00Z": "2024-03-10",
        "2024-03-11 03:59:59Z": "2024-03-10",
        "2024-03-11 04:00Z": "2024-03-11",
        "2024-11-03 03:59:59Z": "2024-11-02",
        "2024-11-03 04:00Z": "2024-11-03",
        "2024-11-04 04:59:59Z": "2024-11-03",
        "2024-11-04 05:00Z": "2024-11-04",
    }
    for number, moment in enumerate(at):
        make.order(56, ana, moment, 2**number)
    score(urls)
    expected: Counter[str] = Counter()
    for number, day in enumerate(at.values()):
        expected[day] += 2**number
    points = (await sales("DAY", "2024-03-01", "2024-11-30"))["points"]
    assert {each["from"]: amount(each["revenue"]) for each in points if each["orderCount"]} == expected
    assert sorted(each["from"] for each in points) == [each["from"] for each in points]
    assert len(points) == 275


async def test_refunds_guests_and_currencies(urls, make, sales, matrix):
    tenant = make.tenant()
    ana, bob = (make.customer(tenant, name) for name in ("ana", "bob"))
    make.rate(tenant, "EUR", "2024-01-01", "0.8")
    make.rate(tenant, "EUR", "2024-02-01", "0.9")
    order = make.order(tenant, ana, "2024-01-10 12:00Z", 100)
    make.refund(tenant, ana, "2024-02-20 12:00Z", 30, order_id=order)
    make.order(tenant, bob, "2024-01-11 12:00Z", 100, currency="EUR")
    order = make.order(tenant, bob, "2024-02-11 12:00Z", 10, currency="EUR")
    make.refund(tenant, bob, "2024-03-05 12:00Z", 10, currency="EUR", order_id=order)
    make.refund(tenant, bob, "2024-02-12 12:00Z", 5)
    make.order(tenant, None, "2024-02-13 12:00Z", 1000)
    make.order(tenant, ana, "2024-02-14 12:00Z", 77, currency="USD")
    make.order(tenant, ana, "2024-02-15 12:00Z", 66, status="cancelled")
    score(urls, "2024-03-31")
    january, february, march = (await sales("MONTH", "2024-01-01", "2024-03-31"))["points"]
    told = ("orderCount", "newCustomerCount", "returningCustomerCount", "leftOutCount")
    money = ("revenue", "refunded", "netRevenue")
    assert [january[name] for name in told] == [2, 2, 0, 0]
    assert [amount(january[name]) for name in money] == [180, 30, 150]
    assert [february[name] for name in told] == [2, 0, 0, 1]
    assert [amount(february[name]) for name in money] == [1009, 14, 995]
    assert amount(february["averageOrderValue"]) == Decimal("504.50")
    assert [march[name] for name in told] == [0, 0, 0, 0]
    assert january["revenue"]["currencyCode"] == "GBP"
    cohorts = (await matrix(3))["cohorts"]
    assert [(each["month"], each["customerCount"]) for each in cohorts] == [
        ("2024-01-01", 2),
        ("2024-02-01", 0),
        ("2024-03-01", 0),
    ]
    periods = cohorts[0]["periods"]
    assert [(each["activeCustomerCount"], each["retention"]) for each in periods] == [
        (2, 1.0),
        (0, 0.0),
        (0, 0.0),
    ]
    assert [amount(each["revenue"]) for each in periods] == [150, -5, 0]
    assert cohorts[1]["periods"][0]["retention"] is None


async def test_the_usual_range_ends_with_the_day_that_the_run_saw_last(scored, sales):
    days, weeks, months = [await sales(interval) for interval in ("DAY", "WEEK", "MONTH")]
    (latest,) = scored.owner.execute("SELECT max(placed_at)::date FROM customer_order").fetchone()
    assert (len(days["points"]), days["until"]) == (30, str(latest))
    assert (len(weeks["points"]), len(months["points"])) == (12, 12)
    assert weeks["points"][-1]["from"] <= str(latest) <= weeks["until"]
    assert months["points"][-1]["from"] <= str(latest) <= months["until"]
    later = await sales("DAY", "2030-01-01")
    assert [(each["from"], each["orderCount"], each["isComplete"]) for each in later["points"]] == [
        ("2030-01-01", 0, False)
    ]


@pytest.mark.parametrize(
    ("arguments", "field", "told"),
    [
        ('from: "2024-02-02", until: "2024-02-01"', "from", "after until, 2024-02-01"),
        ('from: "2020-01-01", until: "2022-09-27"', "from", "there are 1,001 days; at most 1,000 points"),
        ('interval: WEEK, from: "1990-01-01", until: "2024-01-01"', "from", "1,775 weeks; at most 1,000"),
        ('from: "1066-10-14"', "from", "accepted are days from 1900-01-01 to 2200-12-31"),
        ('until: "9999-12-31"', "until", "accepted are days from 1900-01-01"),
    ],
)
async def test_a_wrong_range_is_told_with_what_is_accepted(scored, fail, arguments, field, told):
    error = await fail(f"{{ tenant(databaseId: 56) {{ analytics {{ sales({arguments}) {{ runId }} }} }} }}")
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["field"] == field
    assert told in error["message"]


async def test_the_longest_range_is_answered(scored, sales):
    assert len((await sales("DAY", "2020-01-01", "2022-09-26"))["points"]) == 1000
    assert len((await sales("DAY", "2200-12-31", "2200-12-31"))["points"]) == 1
    assert (await sales("WEEK", "2200-12-31", "2200-12-31"))["until"] == "2201-01-04"


async def test_a_series_under_many_names_is_one_statement(scored, ask, application):
    sent: list[str] = []
    application.state.database.on_statement = sent.append
    fields = "{ points { orderCount } }"
    some = " ".join(f'm{n}: sales(interval: MONTH, from: "2024-{n:02}-01") {fields}' for n in range(1, 10))
    await ask(f"{{ tenant(databaseId: 56) {{ analytics {{ sales {fields} cohorts {{ runId }} {some} }} }} }}")
    assert len(sent) == 5, sent


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


async def test_ucis_sales_are_those_of_the_file(urls, sales, matrix, spread, shared_data, tmp_path):
    file = shared_data / "uci_online_retail_orders.csv"
    with connect_for_work(urls.app) as work:
        options = ImportOptions(
            tenant=56,
            create=NewTenant("UCI", "GBP", "Europe/London"),
            rejects=tmp_path / "rejects.csv",
            max_rejects=0,
        )
        import_orders(work, file, options)
    score(urls)
    orders: Counter[str] = Counter()
    revenue: defaultdict[str, Decimal] = defaultdict(Decimal)
    net = Decimal()
    with file.open(newline="") as lines:
        for line in csv.DictReader(lines):
            net += Decimal(line["amount"])
            if line["kind"] == "order":
                orders[line["date"][:7]] += 1
                revenue[line["date"][:7]] += Decimal(line["amount"])
    for interval in ("DAY", "WEEK", "MONTH"):
        found = await sales(interval, "2010-12-01", "2011-12-09")
        assert total(found["points"], "netRevenue") == amount(found["totals"]["netRevenue"]) == net
    assert [each["orderCount"] for each in found["points"]] == [orders[month] for month in sorted(orders)]
    assert [amount(each["revenue"]) for each in found["points"]] == [revenue[each] for each in sorted(orders)]
    overview = (await spread())["rfm"]["overview"]
    assert found["totals"]["newCustomerCount"] == overview["customerCount"]
    cohorts = (await matrix(13))["cohorts"]
    assert [each["customerCount"] for each in cohorts] == [
        each["newCustomerCount"] for each in found["points"]
    ]
    revenues = [total(each["periods"], "revenue") for each in cohorts]
    assert sum(revenues) == amount(overview["totalRevenue"])


async def test_the_example_in_the_documents_is_answered(scored, ask):
    page = (Path(__file__).parents[2] / "docs" / "reference" / "analytics.md").read_text()
    example = page.partition("```graphql")[2].partition("```")[0]
    found = (await ask(example))["tenant"]["analytics"]
    assert len(found["sales"]["points"]) == 12
    assert len(found["cohorts"]["cohorts"]) == 6
