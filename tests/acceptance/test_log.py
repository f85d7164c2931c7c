"""The log: which request a line belongs to, what it never holds, and its two forms."""

import json
import sys
from contextlib import asynccontextmanager

import httpx
import pytest
import structlog
from pydantic import SecretStr

from app import create
from kit import log
from kit.config import Settings
from kit.trace import CURRENT, Trace
from tests.acceptance.credentials import token

SECRET = "s" * 40


@pytest.fixture
def written(capsys):
    """Gives what was written to standard error since it was last asked; the log is as it was afterwards."""
    before = structlog.get_config()
    yield lambda: capsys.readouterr().err
    structlog.configure(**before)


@asynccontextmanager
async def served(urls, **settings):
    app = create(Settings(database_url=SecretStr(urls.app), **settings))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            yield client


async def test_a_request_has_one_line_with_its_id_operation_and_tenant(urls, make, written):
    make.customer(make.tenant(), "ana", email="ana@shop.example")
    async with served(urls, access_log="all") as client:
        await client.get("/api/v2/cdp/customers/1/profile?tenant_id=56", headers={"X-Request-Id": "mine"})
        search = '{ customers(query: "ana", first: 1) { nodes { id } } }'
        query = f"query Mine {{ tenant(databaseId: 56) {search} }}"
        answer = await client.post("/graphql", json={"query": query}, headers={"X-Request-Id": "yours"})
        assert "errors" not in answer.json(), answer.text
    text = written()
    lines = {each["request_id"]: each for each in map(json.loads, text.splitlines())}
    mine, yours = lines["mine"], lines["yours"]
    assert mine["operation"] == "/api/v2/cdp/customers/{customerId}/profile"
    assert (mine["event"], mine["tenant"], mine["status"], mine["face"]) == ("request", 56, 200, "rest")
    assert mine["milliseconds"] > 0
    assert (yours["operation"], yours["tenant"], yours["status"]) == ("Mine", 56, 200)
    assert "ana" not in text


async def test_failures_alone_have_a_line_unless_more_are_asked_for(urls, make, written):
    make.tenant()
    async with served(urls) as client:
        assert (await client.get("/api/v2/cdp/process/status/57")).status_code == 404
        assert '"event": "request"' not in written()
        make.owner.execute("ALTER TABLE score_current RENAME TO elsewhere")
        try:
            assert (await client.get("/api/v2/cdp/process/status/56")).status_code == 500
        finally:
            make.owner.execute("ALTER TABLE elsewhere RENAME TO score_current")
    (line,) = [each for each in written().splitlines() if '"event": "request"' in each]
    told = json.loads(line)
    assert (told["status"], told["level"]) == (500, "warning")
    assert (told["tenant"], told["method"]) == (56, "GET")


async def test_neither_tokens_nor_what_is_asked_for_reach_the_log(urls, make, written):
    make.tenant()
    async with served(urls, access_log="all", auth="jwt", jwt_secret=SecretStr(SECRET)) as client:
        given = token(SECRET, sub="ana@shop.example")
        bearer = {"Authorization": f"Bearer {given}"}
        await client.get("/api/v2/cdp/process/status/56?email=eva@shop.example", headers=bearer)
        await client.get("/nowhere/eva@shop.example", headers=bearer)
        await client.get("/metrics", headers={"Authorization": f"Bearer {given}x"})
    text = written()
    assert text.count('"event": "request"') == 3
    for secret in (SECRET, given, "shop.example"):
        assert secret not in text


def test_production_is_json_and_a_terminal_in_development_is_readable(written, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    for production, form, is_json in (
        (False, "auto", False),
        (True, "auto", True),
        (True, "text", False),
        (False, "json", True),
    ):
        log.configure("info", form=form, production=production)
        before = CURRENT.set(Trace("n1", "rest"))
        structlog.get_logger().info("it happened", figure=3)
        CURRENT.reset(before)
        line = written()
        assert line.startswith("{") == is_json
        assert "it happened" in line
        assert "n1" in line
