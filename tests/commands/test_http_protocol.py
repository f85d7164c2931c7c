"""Callers who take their time, over real sockets: bounded, and nobody else waits for them."""

import asyncio
import contextlib

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from commands.http_protocol import HEAD_BYTES, BoundedProtocol
from kit.http import BodyLimit
from tests.live import answering

LIMIT = 4_096


class Hasty(BoundedProtocol):
    """As in use, with less patience."""

    head_seconds, body_seconds = 0.4, 0.4


async def told(request):
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
async def port():
    app = BodyLimit(Starlette(routes=[Route("/", told, methods=["GET", "POST"])]), LIMIT, seconds=1.0)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, http=Hasty, lifespan="off")
    async with answering(config) as (_, number):
        yield number


@contextlib.asynccontextmanager
async def connected(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield reader, writer
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def dribble(writer, text, pause=0.05):
    """Send something byte by byte for ever, until the other side has enough."""
    with contextlib.suppress(ConnectionError):
        while not writer.is_closing():
            writer.write(text)
            await writer.drain()
            await asyncio.sleep(pause)


async def ended(reader):
    """All that is answered before the connection is closed, or cut."""
    async with asyncio.timeout(30):
        try:
            return await reader.read()
        except ConnectionError:
            return b""


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HT",
    ],
    ids=["nothing", "a line", "headers", "a body", "a second request"],
)
async def test_what_does_not_come_is_not_waited_for(port, begun):
    async with connected(port) as (reader, writer):
        writer.write(begun)
        answered = await ended(reader)
        assert answered.count(b"200 OK") == begun.count(b"\r\n\r\nGET")
    async with httpx.AsyncClient(timeout=60) as asking:
        assert (await asking.get(f"http://127.0.0.1:{port}/")).status_code == 200


async def test_headers_that_come_byte_by_byte_are_cut_off(port):
    async with connected(port) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ")
        sending = asyncio.create_task(dribble(writer, b"a"))
        assert await ended(reader) == b""
        sending.cancel()


async def test_a_body_that_comes_byte_by_byte_is_answered_408(port):
    async with connected(port) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n")
        sending = asyncio.create_task(dribble(writer, b"a"))
        answer = await ended(reader)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"did not come within 1 seconds" in answer
        sending.cancel()


@pytest.mark.parametrize("sized", [True, False], ids=["told length", "chunked"])
async def test_an_oversized_body_is_answered_413_and_the_connection_closed(port, sized):
    size = 50 * LIMIT
    head = f"Content-Length: {size}" if sized else "Transfer-Encoding: chunked"
    begun = b"a" * (2 * LIMIT) if sized else b"2000\r\n" + b"a" * 0x2000 + b"\r\n"
    async with connected(port) as (reader, writer):
        writer.write(f"POST / HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode() + begun)
        answer = await ended(reader)
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b"connection: close" in answer


@pytest.mark.parametrize("line", [b"X-A: %b\r\n", b"X-A: %b"], ids=["many", "one without end"])
async def test_headers_without_end_are_refused(port, line):
    async with connected(port) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")
        sending = asyncio.create_task(dribble(writer, line % (b"a" * 8_000), pause=0))
        assert (await ended(reader) or b"HTTP/1.1 431 ").startswith(b"HTTP/1.1 431 ")
        sending.cancel()
    assert HEAD_BYTES < 100_000


async def test_an_address_without_end_is_refused(port):
    async with connected(port) as (reader, writer):
        writer.write(b"GET /")
        sending = asyncio.create_task(dribble(writer, b"a" * 8_000, pause=0))
        assert (await ended(reader) or b"HTTP/1.1 431 ").startswith(b"HTTP/1.1 431 ")
        sending.cancel()


async def test_others_are_answered_while_many_are_slow(port):
    async with contextlib.AsyncExitStack() as stack:
        slow = [await stack.enter_async_context(connected(port)) for _ in range(100)]
        for _, writer in slow:
            writer.write(b"GET / HTTP/1.1\r\nHost: ")
        async with httpx.AsyncClient(timeout=60) as asking:
            answers = await asyncio.gather(*(asking.get(f"http://127.0.0.1:{port}/") for _ in range(20)))
        assert {each.status_code for each in answers} == {200}
        assert {await ended(reader) for reader, _ in slow} == {b""}


async def test_a_body_that_comes_in_parts_is_read(port):
    async def parts():
        for _ in range(4):
            yield b"a" * 500
            await asyncio.sleep(0.05)

    async with httpx.AsyncClient(timeout=60) as asking:
        answer = await asking.post(f"http://127.0.0.1:{port}/", content=parts())
    assert answer.text == "2000"
