"""Consents: taken in with customers, the latest counting, told, and honoured by exports."""

import pytest
from psycopg.types.json import Jsonb
from typer.testing import CliRunner

import cli
from kit import ids
from rest import LEFT_OUT

UPSERT = """
mutation ($input: CustomersUpsertInput!) {
  customersUpsert(input: $input) {
    results {
      status
      customer { consents { channel isGranted source recordedAt } }
      userErrors { code field message }
    }
    userErrors { code }
  }
}
"""
EARLY, LATE = "2026-01-01T00:00:00+00:00", "2026-02-01T00:00:00+00:00"


@pytest.fixture
def say(shop, push):
    """Send what one customer said; the result."""

    async def send(*consents, who="ana"):
        given = [{"channel": "EMAIL", **each} for each in consents]
        payload = await push(UPSERT, customers=[{"externalId": who, "consents": given}])
        return payload["results"][0]

    return send


def kept(result):
    return [
        (each["channel"], each["isGranted"], each["recordedAt"]) for each in result["customer"]["consents"]
    ]


async def test_the_latest_saying_counts_in_whatever_order_they_come(say):
    found = await say({"isGranted": True, "recordedAt": LATE, "source": "form"})
    assert found["status"] == "CREATED"
    assert found["customer"]["consents"] == [
        {"channel": "EMAIL", "isGranted": True, "source": "form", "recordedAt": LATE}
    ]
    older = await say({"isGranted": False, "recordedAt": EARLY})
    assert (older["status"], kept(older)) == ("UNCHANGED", [("EMAIL", True, LATE)])
    now = await say({"isGranted": False})
    assert now["status"] == "UPDATED"
    assert kept(now)[0][:2] == ("EMAIL", False)
    again = await say({"isGranted": False})
    assert (again["status"], kept(again)) == ("UNCHANGED", kept(now))


async def test_channels_are_apart_and_those_left_out_stay(say):
    await say({"isGranted": True, "recordedAt": EARLY})
    found = await say({"channel": "WHATSAPP", "isGranted": False, "recordedAt": EARLY})
    assert kept(found) == [("EMAIL", True, EARLY), ("WHATSAPP", False, EARLY)]
    assert kept(await say()) == kept(found)


async def test_what_is_wrong_is_named(say, shop, push):
    twice = await say({"isGranted": True}, {"isGranted": False})
    assert twice["status"] == "REJECTED"
    assert twice["userErrors"][0]["field"] == ["input", "customers", "0", "consents", "1", "channel"]
    far = await say({"isGranted": True, "recordedAt": "2199-01-01T00:00:00Z"})
    assert far["userErrors"][0]["field"][-1] == "recordedAt"
    long = await say({"isGranted": True, "source": "x" * 201})
    assert long["userErrors"][0]["field"][-1] == "source"
    none = await push(UPSERT, customers=[{"externalId": "ana", "consents": None}])
    assert none["results"][0]["userErrors"][0]["field"][-1] == "consents"


@pytest.fixture
def members(shop, urls):
    """Five customers in segment 1 (static) and in segment 2 (dynamic); two agree to e-mail, one refuses."""
    numbers = [shop.customer(56, f"c{n}", email=f"c{n}@example.com") for n in range(5)]
    everyone = {"created_at": {"exists": False}}
    for name, kind, criteria in (("s", "static", None), ("d", "dynamic", everyone)):
        shop.owner.execute(
            "INSERT INTO segment (tenant_id, name, type, criteria, member_count) VALUES (56, %s, %s, %s, 5)",
            [name, kind, criteria and Jsonb(criteria)],
        )
    for segment in (1, 2):
        shop.owner.execute(
            "INSERT INTO segment_member SELECT 56, %s, unnest(%s::bigint[])", [segment, numbers]
        )
    said = ((0, True, "email"), (1, True, "email"), (2, False, "email"), (3, True, "sms"))
    for number, granted, channel in said:
        shop.owner.execute(
            "INSERT INTO customer_consent VALUES (56, %s, %s, %s, NULL, now())",
            [numbers[number], channel, granted],
        )


@pytest.mark.parametrize("segment", [1, 2])
async def test_an_export_for_a_channel_leaves_out_who_has_not_agreed(client, members, segment):
    path = f"/api/v2/cdp/segments/{segment}/export?tenant_id=56&format=ndjson"
    every = await client.get(path)
    assert (len(every.text.splitlines()), LEFT_OUT in every.headers) == (5, False)
    some = await client.get(f"{path}&channel=email")
    assert [line.split('"')[5] for line in some.text.splitlines()] == ["c0", "c1"]
    assert some.headers[LEFT_OUT] == "3"
    assert "email.ndjson" in some.headers["content-disposition"]
    nobody = await client.get(f"{path}&channel=post")
    assert (nobody.text, nobody.headers[LEFT_OUT]) == ("", "5")
    assert (await client.get(f"{path}&channel=smoke")).status_code == 400


async def test_the_graph_names_the_way_to_it(ask, client, members):
    query = "{ tenant(databaseId: 56) { segment(databaseId: 1) { exportUrl(format: CSV, channel: SMS) } } }"
    way = (await ask(query))["tenant"]["segment"]["exportUrl"]
    answer = await client.get(way)
    assert (answer.headers[LEFT_OUT], len(answer.text.splitlines())) == ("4", 2)


def test_the_command_says_how_many_were_left_out(members, urls, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CDP_DATABASE_URL", urls.app)
    words = [
        "export",
        "segment",
        "--tenant",
        "56",
        "--segment",
        "1",
        "--output",
        "out.csv",
        "--channel",
        "email",
    ]
    result = CliRunner().invoke(cli.app, words, catch_exceptions=False)
    assert "3 members have not agreed to email" in result.stderr
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 3


@pytest.mark.parametrize(
    ("consent", "expected"),
    [
        ({"email": {"eq": True}}, ["c0", "c1"]),
        ({"email": {"eq": False}}, ["c2"]),
        ({"email": {"isNull": True}}, ["c3", "c4"]),
        ({"email": {"isNull": True}, "sms": {"eq": True}}, ["c3"]),
    ],
)
async def test_customers_are_listed_by_what_they_agreed_to(ask, members, consent, expected):
    query = """query ($filter: CustomerFilter!) { tenant(databaseId: 56) {
      customers(filter: $filter) { totalCount nodes { externalId } } } }"""
    found = (await ask(query, filter={"consent": consent}))["tenant"]["customers"]
    assert sorted(each["externalId"] for each in found["nodes"]) == expected
    assert found["totalCount"] == len(expected)


async def test_a_segment_of_those_who_agreed_is_made_and_explained(ask, members):
    made = await ask(
        "mutation ($input: SegmentCreateInput!) { segmentCreate(input: $input) { "
        "segment { memberCount members(first: 9) { nodes { externalId segments { edges { node { name } "
        "why { text value } } } } } } "
        "userErrors { message } } }",
        input={
            "tenantId": ids.encode("Tenant", 56),
            "name": "agreed",
            "type": "DYNAMIC",
            "criteria": {"consent": {"email": True}},
        },
    )
    segment = made["segmentCreate"]["segment"]
    assert segment["memberCount"] == "2"
    found = sorted(segment["members"]["nodes"], key=lambda each: each["externalId"])
    assert [each["externalId"] for each in found] == ["c0", "c1"]
    (why,) = [each["why"] for each in found[0]["segments"]["edges"] if each["node"]["name"] == "agreed"]
    assert why == [{"text": "consent.email is true", "value": "true"}]


async def test_a_filter_names_what_is_wrong_as_the_graph_writes_it(ask, members):
    query = """query ($filter: CustomerFilter!) { tenant(databaseId: 56) {
      customers(filter: $filter) { totalCount } } }"""
    with pytest.raises(AssertionError, match=r"filter\.consent must be an object"):
        await ask(query, filter={"consent": {}})
