"""Rate limits over both faces, all processes and through proxies."""

import asyncio
import contextlib
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import structlog
import websockets

from app import create
from commands.serving import require_one_count
from kit.config import Settings
from kit.errors import ConfigurationError
from kit.rate_limit import counts as counting
from kit.rate_limit.counts import Counts
from kit.rate_limit.rate import Rate
from kit.secrets import make_key
from tests.acceptance.live import socket_of
from tests.acceptance.redis_server import RedisServer
from tests.live import serving

ROOT = Path(__file__).parent.parent.parent
STATUS = "/api/v2/cdp/process/status/56"
QUERY = {"query": "{ __typename }"}
SHARED = {"environment": "production", "rate_limit_storage": "redis://store"}
PROTOCOL = websockets.Subprotocol("graphql-transport-ws")


@pytest.fixture
def redis():
    server = RedisServer()
    yield server
    server.kill()


@contextlib.asynccontextmanager
async def limited(urls, rate, client=("192.0.2.7", 1), **settings):
    """A client of an application that allows so much."""
    application = create(Settings.model_validate({"database_url": urls.app, "rate_limit": rate, **settings}))
    async with application.router.lifespan_context(application):
        transport = httpx.ASGITransport(application, raise_app_exceptions=False, client=client)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as opened:
            yield opened


async def test_every_answer_tells_how_the_caller_stands(make, urls):
    make.tenant()
    async with limited(urls, "3/hour") as client:
        for left in (2, 1, 0):
            answer = await client.get(STATUS)
            assert answer.status_code == 200
            assert answer.headers["ratelimit-policy"] == '"default";q=3;w=3600'
            found = re.fullmatch(r'"default";r=(\d+);t=(\d+)', answer.headers["ratelimit"])
            assert found is not None
            assert int(found[1]) == left == int(answer.headers["ratelimit-remaining"])
            assert 3500 < int(found[2]) <= 3600
            assert answer.headers["ratelimit-limit"] == "3"
            assert answer.headers["ratelimit-reset"] == found[2]
        refused = await client.get(STATUS)
        assert refused.status_code == 429
        assert list(refused.json()) == ["success", "error", "details"]
        assert refused.json()["error"] == "Too many requests"
        assert "3 requests in 3600 seconds are accepted" in refused.json()["details"]
        assert 3500 < int(refused.headers["retry-after"]) <= 3600
        assert refused.headers["ratelimit-remaining"] == "0"


async def test_both_faces_have_one_bucket_and_each_refuses_in_its_own_form(make, urls):
    make.tenant()
    async with limited(urls, "3/hour") as client:
        assert (await client.post("/graphql", json=QUERY)).status_code == 200
        assert (await client.get("/api/v2/nothing")).status_code == 404
        stream = await client.post("/graphql", json=QUERY, headers={"Accept": "text/event-stream"})
        assert stream.headers["ratelimit-remaining"] == "0"
        refused = await client.post("/graphql", json=QUERY)
        assert refused.status_code == 429
        (error,) = refused.json()["errors"]
        assert error["extensions"]["code"] == "RATE_LIMITED"
        assert error["extensions"]["retryAfter"] == int(refused.headers["retry-after"])
        kind = "application/graphql-response+json"
        answer = await client.post("/graphql", json=QUERY, headers={"Accept": kind})
        assert answer.headers["content-type"].startswith(kind)
        assert (await client.get(STATUS)).status_code == 429


async def test_health_and_pages_are_not_counted(make, urls):
    async with limited(urls, "1/hour") as client:
        assert (await client.get("/api/v2/nothing")).status_code == 404
        html = {"Accept": "text/html,application/xhtml+xml"}
        for path in ("/health", "/health/live", "/health/ready", "/", "/docs", "/openapi.json", "/graphql"):
            answer = await client.get(path, headers=html)
            assert answer.status_code < 400, path
            assert "ratelimit" not in answer.headers
        assert (await client.get("/static/nothing.js")).status_code == 404
        assert (await client.get("/graphql?query={__typename}", headers=html)).status_code == 429
        assert (await client.get("/health-check")).status_code == 429


async def test_addresses_are_counted_apart_and_off_is_off(make, urls):
    async with limited(urls, "1/hour") as client:
        assert (await client.get("/api/v2/x")).status_code == 404
        assert (await client.get("/api/v2/x")).status_code == 429
        forwarded = {"X-Forwarded-For": "198.51.100.1", "Forwarded": "for=198.51.100.1"}
        assert (await client.get("/api/v2/x", headers=forwarded)).status_code == 429
        other = httpx.ASGITransport(client._transport.app, client=("192.0.2.8", 1))
        async with httpx.AsyncClient(transport=other, base_url="http://127.0.0.1") as second:
            assert (await second.get("/api/v2/x")).status_code == 404
    async with limited(urls, "off") as client:
        answer = await client.get("/api/v2/x")
        assert "ratelimit" not in answer.headers


async def test_a_window_ends(monkeypatch):
    now = [1_000_000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    counts = Counts("memory://")
    rate = Rate(2, 10)
    assert [(await counts.hit("a", rate)) for _ in range(2)] == [(1, 1_000_010.0), (2, 1_000_010.0)]
    now[0] += 11
    assert await counts.hit("a", rate) == (1, 1_000_021.0)


async def test_the_handshake_of_a_socket_counts_and_is_refused(urls):
    async with serving(urls.app, rate_limit="1/hour") as address:
        place = address.replace("http", "ws") + "/graphql"
        async with websockets.connect(place, subprotocols=[PROTOCOL], proxy=None) as opened:
            assert opened.response is not None
            assert opened.response.headers["ratelimit-remaining"] == "0"
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(place, subprotocols=[PROTOCOL], proxy=None)
        assert refused.value.response.status_code == 429
        assert b"RATE_LIMITED" in refused.value.response.body
        assert "Retry-After" in refused.value.response.headers


async def test_operations_on_a_socket_count_as_requests_and_are_refused_one_by_one(urls, make):
    make.tenant()
    async with serving(urls.app, rate_limit="4/hour") as address:
        port = int(address.rpartition(":")[2])
        async with socket_of(port) as client:
            for number in ("1", "2"):
                await client.subscribe("{ __typename }", number)
                assert await client.next(number) == {"__typename": "Query"}
                assert (await client.read())["type"] == "complete"
            async with httpx.AsyncClient(base_url=address, timeout=60) as asking:
                answer = await asking.get(STATUS)
                assert (answer.status_code, answer.headers["ratelimit-remaining"]) == (200, "0")
            await client.subscribe("{ __typename }", "3")
            refused = await client.read()
            assert (refused["type"], refused["id"]) == ("error", "3")
            (error,) = refused["payload"]
            assert error["extensions"]["code"] == "RATE_LIMITED"
            assert 3500 < error["extensions"]["retryAfter"] <= 3600
            assert "4 requests in 3600 seconds are accepted" in error["message"]
            await client.send(type="ping")
            assert await client.read() == {"type": "pong"}


class Serving:
    """`cdp serve` in processes of its own."""

    def __init__(self, url, *arguments, **environment):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cli", "serve", "--no-worker", "--port", str(self.port), *arguments],
            cwd=ROOT,
            env={**os.environ, "CDP_DATABASE_URL": url, "PYTHONPATH": str(ROOT), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    async def ready(self):
        while True:
            assert self.process.poll() is None, self.process.communicate()[0]
            with contextlib.suppress(httpx.TransportError):
                if (await self.get("/health")).status_code == 200:
                    return self
            await asyncio.sleep(0.05)

    async def get(self, path, **headers):
        """One request over a connection of its own, so that any of the processes may answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with httpx.AsyncClient(timeout=60) as client:
            return await client.get(f"http://127.0.0.1:{self.port}{path}", headers=named)

    def stop(self):
        self.process.terminate()
        return self.process.communicate(timeout=30)[0]


@contextlib.asynccontextmanager
async def served(urls, *arguments, **environment):
    started = Serving(urls.app, *arguments, **environment)
    try:
        yield await started.ready()
    finally:
        if started.process.poll() is None:
            started.stop()


async def test_two_processes_share_a_count_and_a_dead_store_lets_all_pass(urls, redis):
    environment = {
        "CDP_ENVIRONMENT": "production",
        "CDP_RATE_LIMIT_STORAGE": redis.url,
        "CDP_SECRET_KEY": make_key(),
    }
    async with served(urls, "--workers", "2", CDP_RATE_LIMIT="20/hour", **environment) as api:
        answers = [await api.get("/api/v2/x") for _ in range(24)]
        assert [each.status_code for each in answers] == [404] * 20 + [429] * 4
        left = [int(each.headers["ratelimit-remaining"]) for each in answers]
        assert left == [*range(19, -1, -1), 0, 0, 0, 0]
        redis.kill()
        passed = [await api.get("/api/v2/x") for _ in range(12)]
        assert {each.status_code for each in passed} == {404}
        assert "ratelimit" not in passed[-1].headers
        told = api.stop()
    lines = [line for line in told.splitlines() if "the store of rate limits does not answer" in line]
    assert 1 <= len(lines) <= 2, told


async def requests(counts, rate):
    """How many requests were counted, one more included."""
    standing = await counts.hit("a", rate)
    assert standing is not None
    return standing.requests


async def test_a_store_that_comes_back_counts_again(redis, monkeypatch):
    monkeypatch.setattr(counting, "REST", 0.0)
    counts = Counts(redis.url)
    rate = Rate(5, 60)
    assert await requests(counts, rate) == 1
    assert await requests(counts, rate) == 2
    redis.kill()
    with structlog.testing.capture_logs() as logs:
        assert [await counts.hit("a", rate) for _ in range(5)] == [None] * 5
    assert [each["log_level"] for each in logs] == ["warning"]
    assert str(redis.port) not in str(logs)
    redis.start()
    assert await requests(counts, rate) == 1
    await counts.close()


async def test_a_store_that_hangs_holds_nobody_up(monkeypatch):
    monkeypatch.setattr(counting, "PATIENCE", 0.05)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        counts = Counts(f"valkey://127.0.0.1:{silent.getsockname()[1]}")
        assert await counts.hit("a", Rate(1, 60)) is None
        assert await counts.hit("a", Rate(1, 60)) is None
        silent.setblocking(False)
        silent.accept()[0].close()
        await counts.close()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "codes"),
    [
        ("", "198.51.100.{number}", [404, 404, 429]),
        ("10.0.0.0/8", "198.51.100.{number}", [404, 404, 429]),
        ("127.0.0.1", "198.51.100.{number}", [404, 404, 404]),
        ("10.0.0.0/8,127.0.0.1", "198.51.100.{number}, 10.1.1.1", [404, 404, 404]),
        ("127.0.0.1", "198.51.100.{number}, 203.0.113.9", [404, 404, 429]),
    ],
    ids=["nobody", "another proxy", "the proxy", "a chain", "an address made up before the proxy's own"],
)
async def test_an_address_is_believed_of_trusted_proxies_only(urls, proxies, forwarded, codes):
    async with (
        serving(urls.app, rate_limit="2/hour", trusted_proxies=proxies) as address,
        httpx.AsyncClient(base_url=address, timeout=60) as client,
    ):
        found = [
            await client.get("/api/v2/x", headers={"X-Forwarded-For": forwarded.format(number=number)})
            for number in range(3)
        ]
        assert [each.status_code for each in found] == codes


async def test_several_processes_without_a_store_are_told_of_it(capsys):
    require_one_count(Settings(), 2)
    assert "Each of the 2 API processes counts requests for itself" in capsys.readouterr().err
    with pytest.raises(ConfigurationError, match="2 API processes need one count of requests"):
        require_one_count(Settings(environment="production"), 2)
    require_one_count(Settings(environment="production"), 1)
    require_one_count(Settings(rate_limit="off"), 2)
    require_one_count(Settings.model_validate(SHARED), 2)
    assert capsys.readouterr().err == ""
