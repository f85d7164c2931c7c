"""The migration matrix over HTTP: month-ends scored in turn, against the scores that stood after each."""

import importlib.util
import itertools
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from kit import ids
from kit.db import connect_for_work
from kit.db.arrays import Amount, Int4, register
from resolvers.imports.options import ImportOptions, NewTenant
from resolvers.imports.orders import import_orders
from resolvers.processing.process import process
from resolvers.processing.request import Request

MATRIX = """
query Matrix($from: ID, $to: ID) { tenant(databaseId: 56) { analytics { rfm {
  migration(from: $from, to: $to) {
  from { id databaseId } to { id databaseId } stayedCount movedCount enteredCount leftCount
  cells { fromSegment toSegment customerCount }
  }
} } } }
"""
RUNS = """
query Runs($first: Int, $after: String, $last: Int, $before: String) { tenant(databaseId: 56) {
  scoreRuns(first: $first, after: $after, last: $last, before: $before) {
    totalCount edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { id databaseId status asOf startedAt finishedAt analyses model { name flags } error }
  }
} }
"""


@pytest.fixture
def score(urls, make):
    """Score tenant 56 as of days in turn; returns each run's number and the segments that stood after it."""

    def each(*days):
        found = []
        for day in days:
            run = process(urls.app, 56, Request.of(None, day, force=True)).run_id
            rows = make.owner.execute(
                "SELECT customer_id, segment FROM customer_score WHERE tenant_id = 56 AND run_id = "
                "(SELECT run_id FROM score_current WHERE tenant_id = 56)"
            )
            found.append((run, {customer: _enum(segment) for customer, segment in rows}))
        return found

    return each


@pytest.fixture
def matrix(ask):
    """The matrix from a run to another, as the graph tells it."""

    async def told(earlier=None, later=None):
        variables = {"from": _id(earlier), "to": _id(later)}
        return (await ask(MATRIX, **variables))["tenant"]["analytics"]["rfm"]["migration"]

    return told


def _id(run, tenant=56):
    return None if run is None else ids.encode("ScoreRun", tenant, run)


def _enum(segment):
    return segment.upper().replace(" ", "_")


def _cells(told):
    return {(each["fromSegment"], each["toSegment"]): each["customerCount"] for each in told["cells"]}


async def assert_matrices(matrix, scored):
    """Between any two runs the graph's matrix is that of the scores as they stood at the time."""
    for (earlier, before), (later, after) in itertools.combinations(scored, 2):
        expected = Counter((before.get(each), after.get(each)) for each in before.keys() | after.keys())
        told = await matrix(earlier, later)
        assert _cells(told) == expected, (earlier, later)
        assert told["stayedCount"] == sum(n for (a, b), n in expected.items() if a == b)
        assert told["enteredCount"] == sum(n for (a, _), n in expected.items() if a is None)
        assert told["leftCount"] == sum(n for (_, b), n in expected.items() if b is None)
        assert (
            sum(told[name] for name in ("stayedCount", "movedCount", "enteredCount", "leftCount"))
            == expected.total()
        )


async def test_a_generated_shops_matrices_are_those_of_its_scores(make, score, matrix):
    make.history(make.tenant(), 500)
    days = ("2025-07-01", "2025-08-01", "2025-09-01", "2025-08-01", "2026-01-01")
    scored = score(*days)
    assert scored[1][1] == scored[3][1]
    await assert_matrices(matrix, scored)
    told = await matrix()
    assert (int(told["from"]["databaseId"]), int(told["to"]["databaseId"])) == (scored[3][0], scored[4][0])
    assert told["movedCount"] > 0 < told["enteredCount"]


async def test_customers_who_lose_their_last_purchase_leave_and_come_back(make, score, matrix):
    make.history(make.tenant(), 300)
    scored = score("2025-07-01")
    gone = sorted(scored[0][1])[:40]
    make.owner.execute("UPDATE customer_order SET status = 'cancelled' WHERE customer_id = ANY (%s)", [gone])
    scored += score("2025-08-01")
    assert not set(gone) & set(scored[1][1])
    make.owner.execute("UPDATE customer_order SET status = 'paid' WHERE customer_id = ANY (%s)", [gone[:20]])
    scored += score("2025-09-01", "2025-10-01")
    await assert_matrices(matrix, scored)
    assert (await matrix(scored[0][0], scored[1][0]))["leftCount"] == 40
    assert (await matrix(scored[0][0], scored[3][0]))["leftCount"] == 20


async def test_ucis_month_ends(urls, score, matrix, shared_data, tmp_path):
    with connect_for_work(urls.app) as work:
        options = ImportOptions(
            tenant=56,
            create=NewTenant("UCI", "GBP", "Europe/London"),
            rejects=tmp_path / "rejects.csv",
            max_rejects=0,
        )
        import_orders(work, shared_data / "uci_online_retail_orders.csv", options)
    await assert_matrices(matrix, score("2011-03-01", "2011-04-01", "2011-05-01", "2011-12-01"))


async def test_cdnows_month_ends(make, score, matrix):
    spec = importlib.util.find_spec("lifetimes")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("the package lifetimes, which ships CDNOW, is not installed")
    file = Path(spec.submodule_search_locations[0]) / "datasets" / "CDNOW_sample.txt"
    _put(make, make.tenant(currency="USD"), [line.split() for line in file.read_text().splitlines()])
    await assert_matrices(matrix, score("1997-04-01", "1997-05-01", "1997-10-01", "1998-07-01"))


def _put(make, tenant, rows):
    """Orders of CDNOW's sample: a number, the customer's number, a day such as 19970101, pieces, dollars."""
    rows = [row for row in rows if row and row[0].isdigit()]
    days = np.array([f"{row[2][:4]}-{row[2][4:6]}-{row[2][6:]}" for row in rows], "datetime64[D]")
    register(make.owner)
    values = {
        "tenant": tenant,
        "customer": Int4(np.array([int(row[1]) for row in rows])),
        "day": Int4(days.astype(np.int64)),
        "amount": Amount(np.array([round(float(row[4]) * 10_000) for row in rows])),
    }
    make.owner.execute(
        "INSERT INTO customer (tenant_id, id, external_id) "
        "SELECT DISTINCT %(tenant)s, number, number::text FROM unnest(%(customer)b) number",
        values,
    )
    make.owner.execute(
        "INSERT INTO customer_order (tenant_id, external_id, customer_id, placed_at, amount, currency) "
        "SELECT %(tenant)s, n, customer, date '1970-01-01' + day + interval '15 h', amount, 'USD' "
        "FROM unnest(%(customer)b, %(day)b, %(amount)b) WITH ORDINALITY AS o (customer, day, amount, n)",
        values,
    )


async def test_before_the_second_run_there_is_no_matrix(make, score, matrix):
    make.history(make.tenant(), 30)
    assert await matrix() is None
    score("2025-07-01")
    assert await matrix() is None


async def test_what_cannot_be_compared_is_told_by_name(make, score, fail):
    make.history(make.tenant(), 30)
    make.tenant(57)
    (first, _), (second, _) = score("2025-07-01", "2025-08-01")
    for variables, field, told in (
        ({"from": _id(second), "to": _id(first)}, "from", f"Run {second} did not end before run {first}"),
        ({"to": _id(999)}, "to", "Tenant 56 has no run 999"),
        ({"from": _id(999)}, "from", "Tenant 56 has no run 999"),
        ({"from": _id(first, 57)}, "from", "is a run of another tenant"),
        ({"to": ids.encode("Customer", 56, 1)}, "to", "is the id of a Customer, not of a ScoreRun"),
        ({"to": "x"}, "to", "not an id of this API"),
    ):
        error = await fail(MATRIX, **variables)
        assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": field}, error
        assert told in error["message"]


async def test_many_matrices_in_one_query_share_their_statements(make, score, application, ask):
    make.history(make.tenant(), 60)
    scored = [run for run, _ in score("2025-07-01", "2025-08-01", "2025-09-01")]
    sent: list[str] = []
    application.state.database.on_statement = sent.append
    fields = "from { databaseId } to { model { name } } cells { customerCount }"
    pairs = [*itertools.combinations(scored, 2)]
    named = " ".join(
        f'a{i}: migration(from: "{_id(a)}", to: "{_id(b)}") {{ {fields} }}' for i, (a, b) in enumerate(pairs)
    )
    ended = " ".join(f'b{i}: migration(to: "{_id(run)}") {{ {fields} }}' for i, run in enumerate(scored))
    query = "{ tenant(databaseId: 56) { analytics { rfm { %s } } } }"
    rfm = (await ask(query % f"{named} {ended} migration {{ {fields} }}"))["tenant"]["analytics"]["rfm"]
    assert rfm["b0"] is None
    assert rfm["b1"] == rfm["a0"]
    assert rfm["migration"] == rfm["b2"] == rfm["a2"]
    assert len(sent) <= 6, sent


async def test_runs_are_listed_newest_first_page_by_page(make, score, ask):
    make.history(make.tenant(), 60)
    numbers = [run for run, _ in score(*(f"2025-0{month}-01" for month in range(3, 8)))]
    make.owner.execute(
        "INSERT INTO score_run (tenant_id, status, analyses, as_of, as_of_requested, step) "
        "VALUES (56, 'running', '{rfm}', now(), 'now', 'reading orders')"
    )
    forth, after = [], None
    while True:
        page = (await ask(RUNS, first=4, after=after))["tenant"]["scoreRuns"]
        forth += page["nodes"]
        assert page["totalCount"] == 6
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert [int(each["databaseId"]) for each in forth] == [numbers[-1] + 1, *reversed(numbers)]
    back = (await ask(RUNS, last=2, before=page["pageInfo"]["endCursor"]))["tenant"]["scoreRuns"]["nodes"]
    assert back == forth[-3:-1]
    dead, newest = forth[:2]
    assert (dead["status"], dead["error"], dead["model"]) == ("FAILED", "The run was interrupted.", None)
    assert newest["status"] == "SUCCEEDED"
    assert newest["asOf"] == "2025-06-30T23:00:00+00:00"
    assert newest["analyses"] == ["RFM", "CLV", "CHURN"]
    assert newest["model"]["name"]
    assert (await ask(RUNS, first=0))["tenant"]["scoreRuns"]["totalCount"] == 6
