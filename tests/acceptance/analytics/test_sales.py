"""Sales by day, week and month, as a run stores them."""

import csv
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest

from kit.db import connect_for_work
from resolvers.imports.options import ImportOptions, NewTenant
from resolvers.imports.orders import import_orders
from tests.acceptance.analytics.figures import amount, score, total


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
