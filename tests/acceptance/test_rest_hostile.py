"""REST v2 under hostile requests: whatever comes, the documented envelope answers, and never a 500."""

import asyncio
import gzip
import json
import re
from typing import Any

import httpx
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import create
from kit.config import Settings

PROCESS = "/api/v2/cdp/process/56"
RFM = "/api/v2/cdp/analytics/rfm"
JSON = {"Content-Type": "application/json"}


def assert_envelope(answer):
    """That an answer is either a success or an error of the reference's form."""
    if answer.status_code in (204, 304):
        assert answer.content == b""
        return
    content = answer.json()
    if answer.status_code < 300:
        assert answer.headers["content-type"] == "application/json"
        return
    assert answer.headers["content-type"] == "application/json"
    assert answer.status_code < 500, content
    assert list(content) == ["success", "error", "details"]
    assert content["success"] is False
    assert content["error"]
    assert content["details"]
    assert "Traceback" not in answer.text
    assert "SELECT" not in answer.text


@pytest.mark.parametrize(
    ("headers", "status", "told"),
    [
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415, "as Content-Type: application/json"),
        ({"Content-Type": "text/plain"}, 415, "as Content-Type: application/json"),
        ({"Content-Type": "nonsense"}, 415, "as Content-Type: application/json"),
        ({"Content-Type": ""}, 415, "as Content-Type: application/json"),
        ({"Content-Type": "application/json; charset=latin-1"}, 415, "in UTF-8"),
        ({**JSON, "Content-Encoding": "gzip"}, 415, "Content-Encoding gzip is not accepted"),
        ({**JSON, "Content-Encoding": "identity"}, 202, None),
        ({"Content-Type": 'Application/JSON; charset="UTF-8"'}, 202, None),
        ({"Content-Type": "application/vnd.api+json"}, 202, None),
    ],
)
async def test_the_form_of_a_body(make, client, headers, status, told):
    make.tenant()
    headers = {"Prefer": "respond-async", **headers}
    answer = await client.post(PROCESS, content=b'{"force": true}', headers=headers)
    assert answer.status_code == status, answer.text
    assert_envelope(answer)
    if told:
        assert answer.json()["error"] == "Unsupported media type"
        assert told in answer.json()["details"]


async def test_a_packed_body_is_refused_before_it_is_read(make, client):
    make.tenant()
    body = gzip.compress(b"{}")
    answer = await client.post(PROCESS, content=body, headers={**JSON, "Content-Encoding": "gzip"})
    assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "identity")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"force": NaN}', "force is NaN"),
        (b'{"force": true, "force": false}', '"force" twice'),
        (rb'{"analyses": ["rfm\u0000"]}', "analyses.0 holds the character NUL"),
        (rb'{"analyses": ["\udfff"]}', "analyses.0 holds half of a surrogate pair"),
        (b'{"more": 1e400}', "more is a number too large"),
        (b'{"more": 99999999999999999999}', "more is an integer outside"),
        (b"[" * 5000 + b"]" * 5000, "nests deeper"),
        (b"[" * 100_000, "nests deeper"),
        (b"null x", "is not JSON"),
        (b'"text"', "body"),
        (b"7", "body"),
    ],
)
async def test_a_body_that_is_no_plain_json_is_told(make, client, body, told):
    make.tenant()
    answer = await client.post(PROCESS, content=body, headers=JSON)
    assert answer.status_code == 400
    assert_envelope(answer)
    assert told in answer.json()["details"]


async def test_unknown_fields_and_parameters_are_ignored(make, client):
    make.tenant()
    headers = {"Prefer": "respond-async"}
    body = {"analyses": ["rfm"], "legacy": {"a": [1]}, "version": None}
    answer = await client.post(f"{PROCESS}?utm=1", json=body, headers=headers)
    assert answer.status_code == 202, answer.text
    assert (await client.get(RFM, params={"tenant_id": 56, "page": 2})).status_code == 200


@pytest.mark.parametrize("body", [b"", b" ", b"\r\n"])
async def test_an_empty_body_is_none_whatever_it_is_called(make, client, body):
    make.tenant()
    headers = {"Prefer": "respond-async", "Content-Type": "application/x-www-form-urlencoded"}
    assert (await client.post(PROCESS, content=body, headers=headers)).status_code == 202


@pytest.mark.parametrize(
    ("method", "path", "status", "told"),
    [
        ("GET", f"{RFM}?tenant_id=56&tenant_id=57", 400, "tenant_id is given 2 times; give it once"),
        ("GET", f"{RFM}?tenant_id=56&segment=Lost%00", 400, "segment holds the character NUL"),
        ("GET", f"{RFM}?tenant_id=56&segment=%ff", 400, "accepted are Champions"),
        ("GET", f"{RFM}?tenant_id=", 400, "tenant_id: "),
        ("GET", f"{RFM}?tenant_id=1e400", 400, "tenant_id: "),
        ("GET", f"{RFM}?tenant_id={'9' * 5000}", 400, "tenant_id: "),
        ("GET", f"/api/v2/cdp/process/status/{2**63}", 400, "tenantId: "),
        ("GET", "/api/v2/cdp/process/status/NaN", 400, "tenantId: "),
        ("GET", "/api/v2/cdp/process/status/%00", 400, "tenantId: "),
        ("GET", "/api/v2/cdp/customers/-1/profile?tenant_id=56", 400, "customerId: "),
        ("GET", f"{RFM}/?tenant_id=56", 404, "There is no path"),
        ("GET", "//api/v2/cdp/analytics/rfm", 404, "There is no path"),
        ("GET", "/api/v2/cdp/customers/%0a/profile", 400, "customerId: "),
        ("GET", "/api/v2/a%0ab", 404, "There is no path"),
        ("GET", "/api/v2", 404, "There is no path"),
        ("GET", "/api/v2/", 404, "There is no path"),
        ("GET", "/api/v2/" + "x" * 5000, 404, "There is no path"),
        ("PATCH", RFM, 405, "accepted are GET, HEAD, OPTIONS"),
        ("BREW", RFM, 405, "BREW is not accepted"),
        ("DELETE", PROCESS, 405, "accepted are OPTIONS, POST"),
    ],
)
async def test_odd_paths_and_parameters(make, client, method, path, status, told):
    make.tenant()
    answer = await client.request(method, path)
    assert answer.status_code == status, answer.text
    assert_envelope(answer)
    assert told in answer.json()["details"]
    assert len(answer.text) < 1000


async def test_every_method_of_a_path_is_allowed_to_those_who_ask(client):
    answer = await client.options(RFM)
    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    refused = await client.put(RFM)
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert (await client.options("/api/v2/nothing")).status_code == 404


async def test_head_has_the_headers_of_get_and_no_body(scored, client):
    for path in (f"{RFM}?tenant_id=56", "/api/v2/cdp/process/status/56", f"{RFM}?tenant_id=999", RFM):
        got, head = await client.get(path), await client.head(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        for name in ("content-type", "content-length", "etag", "cache-control", "vary", "content-encoding"):
            assert head.headers.get(name) == got.headers.get(name), name
    assert (await client.head(PROCESS)).status_code == 405


async def test_a_body_too_large_is_told_in_the_envelope(make, client):
    make.tenant()
    answer = await client.post(PROCESS, content=b" " * 1_100_000, headers=JSON)
    assert answer.status_code == 413
    assert_envelope(answer)
    assert "larger than 1048576 bytes" in answer.json()["details"]


async def test_a_fault_outside_of_the_routes_has_a_timestamp_too(application, monkeypatch):
    async def broken(*_):
        raise RuntimeError("hunter2")

    monkeypatch.setattr("rest.body.StrictRequests.__call__", broken)
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answer = await client.get("/api/v2/cdp/process/status/56")
    assert answer.status_code == 500
    assert list(answer.json()) == ["success", "error", "timestamp"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", answer.json()["timestamp"])
    assert "hunter2" not in answer.text


async def test_a_database_that_is_away_is_told_in_the_envelope(make, client, monkeypatch):
    make.tenant()
    monkeypatch.setattr("kit.db.database._PATIENCE", 0)

    async def away(*_):
        raise psycopg.OperationalError("password=hunter2")

    monkeypatch.setattr("kit.db.database._send", away)
    answer = await client.get(RFM, params={"tenant_id": 56})
    assert answer.status_code == 503
    assert list(answer.json()) == ["success", "error", "details"]
    assert "hunter2" not in answer.text


TEXT = st.text(max_size=20) | st.sampled_from(
    ["56", "0", "-1", "1e400", "NaN", "\0", "\ud800", "☃", "%", "/"]
)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
NAMES = ["tenant_id", "limit", "offset", "segment", "tier", "type", "risk_level", "before", "cursor", "x"]
FIELDS = ["analyses", "tenant_id", "customer_id", "event_type", "properties", "timestamp", "app_key", "name"]
BODY = (
    st.binary(max_size=60)
    | VALUE.map(lambda value: json.dumps(value).encode())
    | st.dictionaries(st.sampled_from(FIELDS), VALUE, max_size=5).map(
        lambda value: json.dumps(value).encode()
    )
)
KIND = st.sampled_from(
    ["application/json", "application/json; charset=utf-16", "text/plain", "x", "a/b+json"]
)


def test_whatever_comes_the_envelope_answers(make, urls):
    """Hypothesis draws; the application answers on one loop of its own, within its lifespan."""
    make.tenant()
    make.customer(56, "ana")
    loop = asyncio.new_event_loop()
    application = create(Settings.model_validate({"database_url": urls.app, "rate_limit": "off"}))
    rest: Any = application.router.default
    templates = sorted({route.path for route in rest.state.routes if route.path.startswith("/api/")})
    lifespan = application.router.lifespan_context(application)
    loop.run_until_complete(lifespan.__aenter__())
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(application, raise_app_exceptions=False), base_url="http://127.0.0.1"
    )

    @settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(
        method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"]),
        template=st.sampled_from(templates),
        part=TEXT,
        query=st.lists(st.tuples(st.sampled_from(NAMES), TEXT), max_size=3),
        body=BODY,
        kind=KIND,
    )
    def ask(method, template, part, query, body, kind):
        path = re.sub(r"\{[^}]*\}", lambda _: quoted(part), template)
        asked = "&".join(f"{name}={quoted(value)}" for name, value in query)
        headers = {"Content-Type": kind, "Prefer": "respond-async"}
        request = client.request(method, f"{path}?{asked}", content=body, headers=headers)
        answer = loop.run_until_complete(request)
        if method != "HEAD":
            assert_envelope(answer)
        assert answer.status_code < 500

    try:
        ask()
    finally:
        loop.run_until_complete(client.aclose())
        loop.run_until_complete(lifespan.__aexit__(None, None, None))
        loop.close()


def quoted(text):
    """A text in a URL, halves of surrogate pairs included."""
    return "".join(f"%{each:02x}" for each in text.encode(errors="surrogatepass"))
