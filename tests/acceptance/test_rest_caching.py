"""Entity tags of REST v2: an answer that stands is not made again, one that does not is."""

import contextlib
import gzip

import httpx
import pytest

from app import create
from kit import ids
from kit.config import Settings
from resolvers.context import OPEN, Ctx
from resolvers.processing.process import process
from resolvers.processing.request import Request
from resolvers.segments import SegmentChanges, add_members, delete, update

ANALYTICS = [f"/api/v2/cdp/analytics/{name}?tenant_id=56" for name in ("rfm", "clv", "churn")]
PROFILE = "/api/v2/cdp/customers/1/profile?tenant_id=56"


UPSERT = "mutation ($input: CustomersUpsertInput!) { customersUpsert(input: $input) { results { status } } }"


async def tag_of(client, path):
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.headers["etag"]


@pytest.mark.parametrize("path", [*ANALYTICS, PROFILE])
async def test_who_has_an_answer_is_told_that_it_stands(scored, client, path):
    first = await client.get(path)
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    assert first.headers["cache-control"] == "private, no-cache"
    assert "Accept-Encoding" in (first.headers.get("vary") or "Accept-Encoding")
    for method in ("GET", "HEAD"):
        again = await client.request(method, path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == "private, no-cache"
        assert again.headers["vary"] == "Accept-Encoding"


async def test_the_document_says_which_answers_have_tags(scored, client):
    scored.owner.execute("INSERT INTO segment (tenant_id, name, type) VALUES (56, 'Some', 'static')")
    places = {"customerId": 1, "segmentId": 1, "tenantId": 56, "tenantOrIntegrationId": 56}
    paths = (await client.get("/openapi.json")).json()["paths"]
    for path, methods in paths.items():
        if "get" in methods:
            answer = await client.get(path.format(**places), params={"tenant_id": 56})
            assert answer.status_code == 200, answer.text
            tagged = "etag" in answer.headers
            operation = methods["get"]
            assert ("304" in operation["responses"]) is tagged, path
            assert ("ETag" in operation["responses"]["200"].get("headers", {})) is tagged
            names = {each["name"] for each in operation.get("parameters", [])}
            assert ("If-None-Match" in names) is tagged


@pytest.mark.parametrize("path", [*ANALYTICS, PROFILE])
async def test_what_stands_takes_one_statement(scored, application, client, path):
    tag = await tag_of(client, path)
    sent: list[str] = []
    application.state.database.on_statement = sent.append
    answer = await client.get(path, headers={"If-None-Match": tag})
    assert (answer.status_code, len(sent)) == (304, 1), sent


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ("{tag}", 304),
        ("{opaque}", 304),
        ('"other", {tag}', 304),
        ('"a,b" ,W/"c" , {opaque}', 304),
        ("*", 304),
        ('"other"', 200),
        ('W/"other", "more"', 200),
        ("", 200),
        ("nonsense", 200),
        ("{bare}", 200),
    ],
)
async def test_tags_are_compared_weakly_and_in_lists(scored, client, form, status):
    tag = await tag_of(client, ANALYTICS[0])
    opaque = tag.removeprefix("W/")
    given = form.format(tag=tag, opaque=opaque, bare=opaque.strip('"'))
    answer = await client.get(ANALYTICS[0], headers={"If-None-Match": given})
    assert answer.status_code == status


@pytest.mark.parametrize("path", [*ANALYTICS, PROFILE])
async def test_a_new_run_has_new_tags(scored, client, urls, path):
    tag = await tag_of(client, path)
    process(urls.app, 56, Request.of(None, "latest", force=True))
    assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 200


async def test_other_parameters_have_other_tags(scored, client):
    paths = [*ANALYTICS, f"{ANALYTICS[0]}&limit=3", f"{ANALYTICS[0]}&segment=lost", PROFILE]
    tags = [await tag_of(client, path) for path in paths]
    assert len(set(tags)) == len(tags)


async def test_a_customers_new_address_changes_their_profile_and_the_lists_that_show_it(scored, client, ask):
    top = (await client.get(ANALYTICS[1])).json()["data"]["top_customers"][0]["customer_id"]
    profile = f"/api/v2/cdp/customers/{top}/profile?tenant_id=56"
    other = f"/api/v2/cdp/customers/{1 if top > 1 else 2}/profile?tenant_id=56"
    tags = {path: await tag_of(client, path) for path in (profile, other, *ANALYTICS)}
    (name,) = scored.owner.execute("SELECT external_id FROM customer WHERE id = %s", [top]).fetchone()
    given = {
        "tenantId": ids.encode("Tenant", 56),
        "customers": [{"externalId": name, "email": "n@example.com"}],
    }
    written = await ask(UPSERT, input=given)
    assert written["customersUpsert"]["results"] == [{"status": "UPDATED"}]
    changed = {
        path: (await client.get(path, headers={"If-None-Match": tag})).status_code
        for path, tag in tags.items()
    }
    assert changed == dict(zip(tags, (200, 304, 304, 200, 200), strict=True))
    assert (await client.get(profile)).json()["data"]["customer"]["email"] == "n@example.com"


async def test_a_profile_that_stands_is_not_read_again(scored, application, client, urls, ask):
    first = await client.get(PROFILE)
    sent: list[str] = []
    application.state.database.on_statement = sent.append
    assert (await client.get(PROFILE)).content == first.content
    assert len(sent) == 1, sent
    assert "customer" not in sent[0]
    (name,) = scored.owner.execute("SELECT external_id FROM customer WHERE id = 1").fetchone()
    given = {"tenantId": ids.encode("Tenant", 56), "customers": [{"externalId": name, "firstName": "Ana"}]}
    await ask(UPSERT, input=given)
    assert (await client.get(PROFILE)).json()["data"]["customer"]["first_name"] == "Ana"
    process(urls.app, 56, Request.of(["rfm"], "2024-06-01", force=True))
    changed = (await client.get(PROFILE)).json()["data"]
    assert changed["rfm"] != first.json()["data"]["rfm"]


async def test_a_kept_profile_is_its_tenants(scored, client):
    scored.tenant(57)
    assert (await client.get(PROFILE)).status_code == 200
    assert (await client.get(PROFILE.replace("56", "57"))).status_code == 404


async def test_a_tag_does_not_hide_what_is_wrong_or_gone(scored, client):
    headers = {"If-None-Match": "*"}
    assert (await client.get(f"{ANALYTICS[0]}&limit=0", headers=headers)).status_code == 400
    gone = await client.get("/api/v2/cdp/analytics/rfm?tenant_id=999", headers=headers)
    assert (gone.status_code, gone.headers.get("etag"), gone.headers["cache-control"]) == (
        404,
        None,
        "no-store",
    )
    assert (await client.get("/api/v2/cdp/process/status/56")).headers["cache-control"] == "no-store"


async def test_large_answers_are_packed_for_those_who_take_it(scored, client):
    packed = await client.get(ANALYTICS[0], headers={"Accept-Encoding": "gzip"})
    plain = await client.get(ANALYTICS[0], headers={"Accept-Encoding": "identity"})
    refused = await client.get(ANALYTICS[0], headers={"Accept-Encoding": "br, gzip; q=0, *"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in refused.headers
    assert packed.content == plain.content == refused.content
    assert packed.headers["etag"] == plain.headers["etag"]
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    small = await client.get("/api/v2/cdp/process/status/56", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers


async def test_the_graph_is_packed_too_and_its_streams_are_not(scored, client):
    query = "{ __schema { types { name fields { name } } } }"
    async with client.stream("POST", "/graphql", json={"query": query}) as answer:
        body = b"".join([each async for each in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert {each.strip() for each in answer.headers["vary"].split(",")} == {"Accept", "Accept-Encoding"}
    assert b"CustomerConnection" in gzip.decompress(body)
    stream = await client.post("/graphql", json={"query": query}, headers={"Accept": "text/event-stream"})
    assert "content-encoding" not in stream.headers


@pytest.fixture
async def reached(urls):
    """A client of an application that pages of one origin may call."""
    settings = {"database_url": urls.app, "cors_origins": "https://shop.example, http://127.0.0.1:3000"}
    application = create(Settings.model_validate(settings))
    async with application.router.lifespan_context(application):
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as opened:
            yield opened


ASKED = {
    "Access-Control-Request-Method": "PUT",
    "Access-Control-Request-Headers": "content-type,if-none-match",
}


@pytest.mark.parametrize("path", ["/api/v2/tenant-integrations/1", "/graphql"])
async def test_pages_of_a_named_origin_may_call_both_faces(make, reached, path):
    origin = {"Origin": "https://shop.example"}
    allowed = await reached.options(path, headers={**origin, **ASKED})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "https://shop.example"
    assert "PUT" in allowed.headers["access-control-allow-methods"]
    answer = await reached.get(path, headers=origin)
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    exposed = answer.headers["access-control-expose-headers"].split(", ")
    assert {"ETag", "RateLimit", "RateLimit-Remaining", "Retry-After", "X-Request-Id"} <= set(exposed)
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers


async def test_pages_of_other_origins_may_not(reached, client):
    foreign = await reached.options("/graphql", headers={"Origin": "https://evil.example", **ASKED})
    assert foreign.status_code == 403
    assert "access-control-allow-origin" not in foreign.headers
    local = await reached.options("/api/v2/x", headers={"Origin": "http://localhost:9", **ASKED})
    assert (local.status_code, local.json()["details"]) == (403, "Disallowed CORS origin.")
    closed = await client.options("/graphql", headers={"Origin": "http://localhost:9", **ASKED})
    assert "access-control-allow-origin" not in closed.headers
    answer = await client.get(PROFILE, headers={"Origin": "http://localhost:9"})
    assert "access-control-allow-origin" not in answer.headers


@pytest.fixture
def segments(make):
    """A tenant with a customer and two static segments, made past the application."""
    make.customer(make.tenant(), "ana", email="ana@example.com")
    for name in ("VIP", "Other"):
        make.owner.execute("INSERT INTO segment (tenant_id, name, type) VALUES (56, %s, 'static')", [name])
    return make


LIST, MEMBERS = "/api/v2/cdp/segments?tenant_id=56", "/api/v2/cdp/segments/1/members?tenant_id=56"
OTHER = "/api/v2/cdp/segments/2/members?tenant_id=56"


async def test_a_segments_members_change_its_tags_and_no_others(segments, application, client, ask):
    tags = {path: await tag_of(client, path) for path in (LIST, MEMBERS, OTHER)}
    assert await statuses(client, tags) == [304, 304, 304]
    async with context_of(application) as ctx:
        await add_members(ctx, 56, 1, [1])
    assert await statuses(client, tags) == [200, 200, 304]
    tags = {path: await tag_of(client, path) for path in (LIST, MEMBERS)}
    given = {
        "tenantId": ids.encode("Tenant", 56),
        "customers": [{"externalId": "ana", "email": "n@example.com"}],
    }
    await ask(UPSERT, input=given)
    assert await statuses(client, tags) == [304, 200]
    tags = {path: await tag_of(client, path) for path in (LIST, MEMBERS, OTHER)}
    async with context_of(application) as ctx:
        await update(ctx, 56, 2, SegmentChanges(name="Renamed"))
    assert await statuses(client, tags) == [200, 304, 200]
    tags = {path: await tag_of(client, path) for path in (LIST, MEMBERS, OTHER)}
    async with context_of(application) as ctx:
        await delete(ctx, 56, 2)
    assert await statuses(client, tags) == [200, 304, 404]


async def statuses(client, tags):
    """What is answered to those who have the answers of these tags."""
    return [
        (await client.get(path, headers={"If-None-Match": tag})).status_code for path, tag in tags.items()
    ]


@contextlib.asynccontextmanager
async def context_of(application):
    """A caller's context past HTTP."""
    state = application.state
    async with state.database.read() as reader:
        yield Ctx(actor=OPEN, db=state.database, reader=reader, queue=state.queue)


async def test_a_new_run_changes_who_is_in_a_built_in_segment(scored, client, urls):
    listed = (await client.get(LIST)).json()["data"]
    number = next(each["id"] for each in listed if each["name"] == "Champions")
    members = f"/api/v2/cdp/segments/{number}/members?tenant_id=56"
    tags = {path: await tag_of(client, path) for path in (LIST, members)}
    assert await statuses(client, tags) == [304, 304]
    process(urls.app, 56, Request.of(None, "latest", force=True))
    assert (await statuses(client, tags))[1] == 200
