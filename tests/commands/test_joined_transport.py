"""An answer comes in one piece over a real socket, and nothing of one that takes its time is held back."""

import asyncio
import socket
import sys

import pytest
import uvicorn

from commands.http_protocol import BoundedProtocol
from tests.commands.test_http_protocol import connected
from tests.live import answering

BODY = b"x" * 300
LARGE = b"z" * 1_000_000
PART = b"y" * 100_000
PARTS = 300
DATA_SEGMENTS_IN = 152
"""Where Linux has them in its `tcp_info`."""


class Asked:
    """An application: an answer of one part, one whose body takes its time, and one without end."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.sent = 0

    async def __call__(self, scope, receive, send):
        assert scope["type"] == "http"
        if scope["path"] == "/read":
            assert (await receive())["body"] == b"abcde"
        if scope["path"] in ("/whole", "/read", "/large"):
            body = LARGE if scope["path"] == "/large" else BODY
            size = [(b"content-length", b"%d" % len(body))]
            await send({"type": "http.response.start", "status": 200, "headers": size})
            await send({"type": "http.response.body", "body": body})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if scope["path"] == "/slow":
            await self.go_on.wait()
            await send({"type": "http.response.body", "body": BODY})
            return
        for _ in range(PARTS):
            await send({"type": "http.response.body", "body": PART, "more_body": True})
            self.sent += 1
        await send({"type": "http.response.body"})


@pytest.fixture
def asked():
    return Asked()


@pytest.fixture
async def port(asked):
    config = uvicorn.Config(
        asked,
        host="127.0.0.1",
        port=0,
        log_config=None,
        http=BoundedProtocol,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    async with answering(config) as (_, number):
        yield number


def request(path):
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


@pytest.mark.skipif(sys.platform != "linux", reason="segments are counted as Linux tells of them")
async def test_the_head_of_an_answer_comes_with_its_body(port):
    def segments():
        with socket.create_connection(("127.0.0.1", port)) as connection:
            for _ in range(20):
                connection.sendall(request("/whole"))
                answer = b""
                while not answer.endswith(BODY):
                    answer += connection.recv(65_536)
            told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, DATA_SEGMENTS_IN + 4)
        return int.from_bytes(told[DATA_SEGMENTS_IN:], sys.byteorder)

    assert await asyncio.to_thread(segments) == 20


async def test_answers_to_several_requests_at_once_come_in_their_order(port):
    async with connected(port) as (reader, writer), asyncio.timeout(30):
        writer.write(request("/whole") * 3)
        for _ in range(3):
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")
            assert await reader.readexactly(len(BODY)) == BODY


async def test_a_head_does_not_wait_for_a_body_that_is_not_there_yet(port, asked):
    async with connected(port) as (reader, writer), asyncio.timeout(30):
        writer.write(request("/slow"))
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")
        asked.go_on.set()
        assert BODY in await reader.readuntil(b"0\r\n\r\n")


async def test_who_does_not_read_is_not_sent_everything(port, asked):
    async with connected(port) as (reader, writer), asyncio.timeout(60):
        writer.write(request("/endless"))
        await reader.readuntil(b"\r\n\r\n")
        last = -1
        while asked.sent != last:
            last = asked.sent
            await asyncio.sleep(0.2)
        assert last < PARTS
        received = 0
        while received < PARTS * len(PART):
            received += (await reader.read(1_000_000)).count(b"y")


async def test_a_large_answer_is_whole_and_the_next_one_too(port):
    async with connected(port) as (reader, writer), asyncio.timeout(30):
        for path, body in (("/large", LARGE), ("/whole", BODY), ("/large", LARGE)):
            writer.write(request(path))
            await reader.readuntil(b"\r\n\r\n")
            assert await reader.readexactly(len(body)) == body


@pytest.mark.parametrize(
    "asked_for",
    [
        request("/whole").replace(b"Host: x", b"Host: x\r\nConnection: close"),
        request("/whole").replace(b"HTTP/1.1", b"HTTP/1.0"),
        request("/large").replace(b"Host: x", b"Host: x\r\nConnection: close"),
    ],
    ids=["told to close", "of HTTP/1.0", "told to close, large"],
)
async def test_what_is_closed_after_its_answer_is_answered_whole(port, asked_for):
    async with connected(port) as (reader, writer), asyncio.timeout(30):
        writer.write(asked_for)
        assert (await reader.read(-1)).endswith(b"\r\n\r\n" + (LARGE if b"large" in asked_for else BODY))


async def test_head_is_answered_without_a_body(port):
    async with connected(port) as (reader, writer), asyncio.timeout(30):
        writer.write(request("/whole").replace(b"GET", b"HEAD") + request("/whole"))
        assert b"content-length: 300" in await reader.readuntil(b"\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")
        assert await reader.readexactly(len(BODY)) == BODY


async def test_who_waits_to_be_told_to_go_on_is_told(port):
    head = b"POST /read HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    async with connected(port) as (reader, writer), asyncio.timeout(30):
        writer.write(head)
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"abcde")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")
        assert await reader.readexactly(len(BODY)) == BODY
