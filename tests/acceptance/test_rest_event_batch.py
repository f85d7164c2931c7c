"""Events over the v2 paths by the list, and as lines of JSON."""

import asyncio
from functools import partial

import httpx
import orjson
import pytest
from pydantic import SecretStr

from app import create
from kit.config import Settings
from kit.pace import paced

PATH = "/api/v2/cdp/events/batch"
AT = "2024-09-16T20:00:00Z"
LINES = {"Content-Type": "application/x-ndjson"}
GOOD = {"customer_id": 1, "event_type": "page_view", "timestamp": AT}


@pytest.fixture
def shop(make):
    """Tenant 56 with one customer, who is number 1."""
    make.tenant()
    make.customer(56, "ana", email="Ana@Example.com")
    return make


@pytest.fixture
def post(client, shop):
    """Send a list of events of tenant 56; the answer."""

    async def send(*events, headers=None, **given):
        return await client.post(PATH, json={"tenant_id": 56, "events": events, **given}, headers=headers)

    return send


def stored(shop):
    return shop.owner.execute("SELECT message_id FROM event ORDER BY occurred_at, message_id").fetchall()


def results(answer):
    """Results of a list or of lines, and their sum."""
    assert answer.status_code == 200, answer.text
    if answer.headers["content-type"].startswith("application/x-ndjson"):
        *each, total = map(orjson.loads, answer.text.splitlines())
        return each, total
    total = answer.json()
    return total.pop("results"), total


MIXED = [
    {**GOOD, "message_id": "m1"},
    {**GOOD, "message_id": "m1"},
    {**GOOD, "customer_id": 7, "message_id": "m2"},
    {**GOOD, "event_type": "unheard", "message_id": "m3"},
    "no event",
    {**GOOD, "properties": {"page": 1}},
    {"event_type": "purchase", "email": "ana@example.com", "properties": {"order_id": "o", "amount": 5}},
    {**GOOD, "tenant_id": 57},
]
STATUSES = ["inserted", "duplicate", "rejected", "rejected", "rejected", "rejected", "inserted", "rejected"]


def check_mixed(place, each, total):
    assert [one["status"] for one in each] == STATUSES
    assert total == {"success": True, "inserted": 2, "duplicate": 1, "rejected": 5}
    assert each[0]["id"] == each[1]["id"]
    told = [
        "no such customer",
        "accepted are page_view",
        "An event is a JSON object",
        "properties.page",
        "of tenant 56",
    ]
    for one, reason in zip([each[n] for n in (2, 3, 4, 5, 7)], told, strict=True):
        assert reason in one["reason"]
        assert one["event"] == MIXED[one[place] - (place == "line")]


async def test_whole_numbers_are_taken_however_they_are_written(post, shop):
    written = {**GOOD, "customer_id": 1.0}
    each, total = results(
        await post({**written, "tenant_id": 56.0}, {**written, "tenant_id": None}, written, tenant_id=56.0)
    )
    assert total == {"success": True, "inserted": 3, "duplicate": 0, "rejected": 0}, each


async def test_each_event_of_a_list_has_its_own_result(post, shop):
    answer = await post(*MIXED)
    check_mixed("index", *results(answer))
    assert len(stored(shop)) == 2


async def test_each_line_has_its_own_result(client, shop):
    content = b"\n".join(map(orjson.dumps, MIXED)) + b"\n"
    answer = await client.post(f"{PATH}?tenant_id=56", content=content, headers=LINES)
    check_mixed("line", *results(answer))
    assert len(stored(shop)) == 2


async def test_rejects_can_be_sent_again_as_they_came_back(client, post, shop):
    each, _ = results(await post(*MIXED))
    shop.event_type(56, "unheard")
    rejects = [one for one in each if one["status"] == "rejected"]
    again, total = results(await post(*rejects))
    assert [one["status"] for one in again] == ["rejected", "inserted", "rejected", "rejected", "rejected"]
    assert again[0]["event"] == MIXED[2]
    content = b"\n".join(map(orjson.dumps, again))
    lines, total = results(await client.post(f"{PATH}?tenant_id=56", content=content, headers=LINES))
    assert (total["rejected"], total["duplicate"]) == (5, 0)
    assert "event_type is required" in lines[1]["reason"]


@pytest.mark.parametrize("count", [0, 1001])
async def test_a_list_holds_1_to_1000(post, shop, count):
    answer = await post(*([GOOD] * count))
    assert answer.status_code == 400
    assert answer.json()["details"] == f"{count} records were given; accepted are 1 to 1000."


async def test_a_bare_list_has_its_tenant_in_the_address(client, shop):
    answer = await client.post(f"{PATH}?tenant_id=56", json=[GOOD] * 1000)
    assert results(answer)[1]["inserted"] == 1000
    for address, body in ((PATH, [GOOD]), (f"{PATH}?tenant_id=57", {"tenant_id": 56, "events": [GOOD]})):
        assert "tenant_id" in (await client.post(address, json=body)).json()["details"]
    assert (await client.post(f"{PATH}?tenant_id=57", json=[GOOD])).status_code == 404


@pytest.mark.parametrize("body", [b"", b"{}", b"7", b'{"events": {}}', b"\xff"])
async def test_a_body_without_a_list_is_refused(client, shop, body):
    headers = {"Content-Type": "application/json"}
    answer = await client.post(f"{PATH}?tenant_id=56", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"] == "Invalid request parameters"


async def test_a_key_replays_the_results(post, shop):
    key = {"Idempotency-Key": "k1"}
    answers = await asyncio.gather(*(post(*MIXED, headers=key) for _ in range(6)))
    assert len({each.text for each in answers}) == 1
    assert len(stored(shop)) == 2
    assert (await post(GOOD, headers=key)).status_code == 409


async def test_lines_may_be_many_and_broken(client, shop):
    async def body():
        for number in range(3000):
            yield orjson.dumps({**GOOD, "message_id": f"m{number:04}"}) + b"\r\n\n"
        yield b'{"event_type": \n' + b'{"a": "' + b"x" * 300_000
        yield b"x" * 300_000 + b'"}\n' + orjson.dumps(GOOD)

    answer = await client.post(f"{PATH}?tenant_id=56", content=body(), headers=LINES)
    each, total = results(answer)
    assert total == {"success": True, "inserted": 3001, "duplicate": 0, "rejected": 2}
    assert [one["line"] for one in each] == [*range(1, 6001, 2), 6001, 6002, 6003]
    assert "not JSON" in each[3000]["reason"]
    assert each[3000]["event"] == '{"event_type": '
    assert "at most 64 KB" in each[3001]["reason"]
    assert len(stored(shop)) == 3001


async def test_lines_need_a_tenant_and_something_to_read(client, shop):
    for address, content, status in (
        (PATH, orjson.dumps(GOOD), 400),
        (f"{PATH}?tenant_id=56", b"\n \n", 400),
        (f"{PATH}?tenant_id=57", orjson.dumps(GOOD), 404),
    ):
        answer = await client.post(address, content=content, headers=LINES)
        assert (answer.status_code, answer.json()["success"]) == (status, False)
    keyed = {**LINES, "Idempotency-Key": "k"}
    answer = await client.post(f"{PATH}?tenant_id=56", content=orjson.dumps(GOOD), headers=keyed)
    assert answer.status_code == 400


async def test_one_event_that_the_database_refuses_fails_alone(own_urls):
    import psycopg

    with psycopg.connect(own_urls.owner, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO tenant (id, name, slug, currency, time_zone) VALUES (56, 'S', 's', 'GBP', 'UTC')"
        )
        owner.execute("INSERT INTO customer (tenant_id, external_id) VALUES (56, 'ana')")
        owner.execute("ALTER TABLE event ADD CHECK (message_id <> 'poison')")
        app = create(Settings(database_url=SecretStr(own_urls.app)))
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
                names = [f"m{n}" for n in range(40)] + ["poison"] + [f"n{n}" for n in range(40)]
                events = [{**GOOD, "message_id": name} for name in names]
                answer = await client.post(PATH, json={"tenant_id": 56, "events": events})
                each, total = results(answer)
                assert (total["inserted"], total["rejected"]) == (80, 1)
                assert "The database refuses" in each[40]["reason"]
                single = [
                    client.post(
                        PATH[: -len("/batch")],
                        json={"tenant_id": 56, **one, "timestamp": "2024-10-01T00:00Z"},
                    )
                    for one in events
                ]
                statuses = [each.status_code for each in await asyncio.gather(*single)]
                assert statuses == [201] * 40 + [400] + [201] * 40
        assert owner.execute("SELECT count(*) FROM event").fetchone() == (160,)


async def test_a_month_is_that_of_the_instant_in_utc(post, shop):
    at = "2001-03-01T00:30:00+02:00"
    event = {"external_id": "ana", "event_type": "page_view", "timestamp": at, "message_id": "m"}
    answer = (await post(event)).json()
    assert (answer["inserted"], answer["rejected"]) == (1, 0)


async def test_lines_that_come_too_slowly_are_answered_and_the_connection_closed(client, shop, monkeypatch):
    monkeypatch.setattr("rest.event_lines.paced", partial(paced, least=1_000_000, seconds=0.3))

    async def slowly():
        yield b'{"event_type": "page_view", "customer_id": 1}\n'
        await asyncio.Event().wait()

    answer = await client.post(f"{PATH}?tenant_id=56", content=slowly(), headers=LINES)
    assert answer.status_code == 408
    assert answer.json()["error"] == "Request timeout"
    assert "comes too slowly" in answer.json()["details"]
    assert "The first 0 events have been dealt with" in answer.json()["details"]
    assert answer.headers["connection"] == "close"
