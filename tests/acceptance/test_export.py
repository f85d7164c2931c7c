"""Segments as files: members and figures as the graph tells them, streamed, and refused in the envelope."""

import asyncio
import csv
import io
import json

import httpx
import psycopg
import pyarrow as pa
import pytest
from pyarrow import parquet

from connectors.exports import FORMATS
from kit import ids
from resolvers.segments import exports as exporting
from tests.acceptance.live import Served

PATH = "/api/v2/cdp/segments/{}/export?tenant_id=56&format={}"
COLUMNS = [each.name for each in exporting.COLUMNS]
GRAPH = """query Q($id: ID!) { node(id: $id) { ... on Segment { exportUrl
  parquet: exportUrl(format: PARQUET)
  members(first: 200) { nodes { databaseId externalId email
    rfm { segment recencyScore } clv { historicalValue { amount } predictedValue { amount } tier }
    churn { probability risk } } } } } }"""


@pytest.fixture
def segment(scored):
    """Makes a segment of tenant 56 of those who meet a condition on their ids; gives its number."""

    def go(where, kind="static"):
        criteria = "{}" if kind == "static" else '{"frequency": {"gte": 1}}'
        ((number,),) = scored.owner.execute(
            "INSERT INTO segment (tenant_id, name, type, criteria) "
            "VALUES (56, %s, %s, CASE WHEN %s = 'static' THEN NULL ELSE %s::jsonb END) RETURNING id",
            [f"{kind} {where}", kind, kind, criteria],
        ).fetchall()
        scored.owner.execute(
            "INSERT INTO segment_member (tenant_id, segment_id, customer_id) "
            f"SELECT 56, %s, id FROM customer WHERE tenant_id = 56 AND {where.replace('%', '%%')}",
            [number],
        )
        return number

    return go


def read(answer, form):
    """The rows of a file, values as text, None as they are."""
    if form == "csv":
        return [
            {name: value or None for name, value in row.items()}
            for row in csv.DictReader(io.StringIO(answer.text, newline=""))
        ]
    if form == "ndjson":
        return [json.loads(line) for line in answer.text.splitlines()]
    return parquet.read_table(pa.BufferReader(answer.content)).to_pylist()


@pytest.mark.parametrize("form", ["csv", "ndjson", "parquet"])
async def test_a_file_tells_what_the_database_holds(segment, scored, client, form):
    number = segment("id % 3 = 0")
    answer = await client.get(PATH.format(number, form))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == FORMATS[form].media_type
    assert answer.headers["content-disposition"] == f'attachment; filename="segment-56-{number}.{form}"'
    assert answer.headers["cache-control"] == "no-store"
    rows = read(answer, form)
    expected = scored.owner.execute(
        "SELECT id, external_id, email, segment, monetary, predicted_value, clv_tier, churn_probability "
        "FROM customer LEFT JOIN customer_score ON customer_id = id WHERE id % 3 = 0 ORDER BY id"
    ).fetchall()
    names = ["customer_id", "external_id", "email", "rfm_segment", "monetary", "predicted_value", "clv_tier"]
    assert len(rows) == len(expected) > 100
    for row, values in zip(rows, expected, strict=True):
        assert list(row) == COLUMNS
        assert row["currency"] == "GBP"
        told = [row[name] if row[name] is None else str(row[name]) for name in names]
        assert [told[4] and float(told[4]), told[5] and float(told[5])] == [
            each and float(each) for each in values[4:6]
        ]
        del told[4:6]
        assert told == [each if each is None else str(each) for each in (*values[:4], values[6])]
        found = row["churn_probability"]
        assert (found and float(found)) == values[7]


async def test_members_and_figures_are_those_of_the_graph(segment, client, ask):
    number = segment("id % 7 = 0", "dynamic")
    node = (await ask(GRAPH, id=ids.encode("Segment", 56, number)))["node"]
    assert node["exportUrl"] == PATH.format(number, "csv")
    assert node["parquet"] == PATH.format(number, "parquet")
    rows = read(await client.get(node["exportUrl"]), "csv")
    for row, each in zip(rows, node["members"]["nodes"], strict=True):
        assert row["customer_id"] == each["databaseId"]
        assert (row["external_id"], row["email"]) == (each["externalId"], each["email"])
        clv, churn = each["clv"], each["churn"]
        if clv is None:
            assert row["predicted_value"] is None
            continue
        assert row["historical_value"] == clv["historicalValue"]["amount"]
        assert row["predicted_value"] == clv["predictedValue"]["amount"]
        assert row["clv_tier"].upper() == clv["tier"]
        assert float(row["churn_probability"]) == churn["probability"]
        assert row["recency_score"] == str(each["rfm"]["recencyScore"])


async def test_a_built_in_segment_has_those_whose_scores_say_so(scored, client):
    ((number, count),) = scored.owner.execute(
        "SELECT id, member_count FROM segment WHERE builtin = 'churn_risk:active'"
    ).fetchall()
    rows = read(await client.get(PATH.format(number, "ndjson")), "ndjson")
    assert len(rows) == count > 10
    assert {each["churn_risk"] for each in rows} == {"active"}


@pytest.mark.parametrize("form", ["csv", "ndjson", "parquet"])
async def test_nobody_is_a_file_too(segment, client, form):
    answer = await client.get(PATH.format(segment("false"), form))
    assert answer.status_code == 200
    assert read(answer, form) == []


async def test_a_long_file_is_whole_whatever_its_blocks_are(segment, client, monkeypatch):
    monkeypatch.setattr(exporting, "SIZE", 7)
    number = segment("id <= 70")
    for form in FORMATS:
        rows = read(await client.get(PATH.format(number, form)), form)
        assert [int(row["customer_id"]) for row in rows] == [*range(1, 71)]


@pytest.mark.parametrize(
    ("path", "status", "details"),
    [
        (PATH.format(999, "csv"), 404, "Segment with ID 999 not found"),
        (PATH.format(1, "csv").replace("56", "57"), 404, "Tenant with ID 57 not found"),
        (PATH.format(1, "xlsx"), 400, "format: input should be 'csv', 'ndjson' or 'parquet'"),
        (PATH.format(0, "csv"), 400, "segmentId: input should be greater than or equal to 1"),
    ],
)
async def test_what_is_refused_is_refused_in_the_envelope(make, client, path, status, details):
    make.tenant()
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["details"]) == (status, details)
    assert answer.headers["content-type"] == "application/json"


async def test_an_error_of_the_database_before_the_first_byte_is_one_too(
    segment, scored, client, monkeypatch
):
    monkeypatch.setattr(exporting, "_LONGEST", 0.05)
    number = segment("true")
    with scored.owner.transaction():
        scored.owner.execute("LOCK TABLE segment_member IN ACCESS EXCLUSIVE MODE")
        answer = await client.get(PATH.format(number, "csv"))
    assert answer.status_code == 504
    assert answer.json()["error"] == "The query takes too long"
    monkeypatch.undo()
    assert (await client.get(PATH.format(number, "csv"))).status_code == 200


async def test_head_tells_the_headers_and_reads_one_block(segment, application, client, monkeypatch):
    monkeypatch.setattr(exporting, "SIZE", 10)
    number = segment("true")
    sent: list[str] = []
    application.state.database.on_statement = sent.append
    answer = await client.head(PATH.format(number, "csv"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content == b""
    assert sum("FETCH" in each for each in sent) <= 2


async def test_who_goes_away_stops_the_reading(make, urls):
    make.tenant()
    make.owner.execute(
        "INSERT INTO customer (tenant_id, external_id, first_name) "
        "SELECT 56, 'C' || n, repeat(md5(n::text), 30) FROM generate_series(1, 40000) n"
    )
    make.owner.execute(
        "INSERT INTO segment (tenant_id, id, name, type) OVERRIDING SYSTEM VALUE "
        "VALUES (56, 1, 'all', 'static')"
    )
    make.owner.execute(
        "INSERT INTO segment_member (tenant_id, segment_id, customer_id) SELECT 56, 1, id FROM customer"
    )
    make.owner.execute("ANALYZE customer, segment_member")
    served = Served(urls.app)
    try:
        served.wait()
        address = f"http://127.0.0.1:{served.port}{PATH.format(1, 'csv')}"
        async with httpx.AsyncClient(timeout=60) as client:
            async with client.stream("GET", address, headers={"Accept-Encoding": "identity"}) as answer:
                pieces = answer.aiter_raw()
                assert (await anext(pieces)).startswith(b"customer_id,")
                assert await sessions(urls, 1)
            assert await sessions(urls, 0)
            assert (await client.get(address.replace("/segments/1/export", "/segments"))).status_code in (
                200,
                400,
            )
    finally:
        served.process.terminate()
        served.process.wait()


async def sessions(urls, count):
    """Wait until so many sessions are within an export."""
    with psycopg.connect(urls.admin, autocommit=True) as admin:
        for _ in range(600):
            ((found,),) = admin.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND query LIKE '%FETCH FORWARD%' AND state <> 'idle' AND pid <> pg_backend_pid()"
            ).fetchall()
            if found == count:
                return True
            await asyncio.sleep(0.05)
    return False
