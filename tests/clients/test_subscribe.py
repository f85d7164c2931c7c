"""The examples of docs/howto/subscribe.md, run as they stand there."""

import asyncio
import contextlib
import re
from pathlib import Path

import pytest

from resolvers.processing.process import process
from resolvers.processing.request import Request
from tests.live import packages, serving

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "howto" / "subscribe.md"
EXAMPLES = dict(
    zip(
        ("sockets", "events", "resumed"),
        re.findall(r"```js\n(.*?)```", PAGE.read_text(), re.DOTALL),
        strict=True,
    )
)


@pytest.fixture(scope="module")
def installed():
    return packages(ROOT / "clients" / "typescript") / "node_modules"


class Example:
    """One example at work, in Node; what it prints is read line by line."""

    def __init__(self, started: asyncio.subprocess.Process) -> None:
        self.process = started
        self.printed = ""

    async def prints(self, pattern: str) -> str:
        """Wait until it has printed something new."""
        while not (found := re.search(pattern, self.printed)):
            assert self.process.stdout is not None
            more = await asyncio.wait_for(self.process.stdout.read(65_536), 60)
            assert more, self.printed
            self.printed += more.decode()
        self.printed = self.printed[found.end() :]
        return found[0]


@pytest.fixture
def example(installed, tmp_path):
    """Runs one of the examples against an address."""

    @contextlib.asynccontextmanager
    async def started(name, address):
        (tmp_path / "node_modules").symlink_to(installed)
        code = EXAMPLES[name].replace("127.0.0.1:8000", address.removeprefix("http://"))
        assert code != EXAMPLES[name]
        (tmp_path / "example.mjs").write_text(code)
        process = await asyncio.create_subprocess_exec(
            "node",
            "example.mjs",
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            yield Example(process)
        finally:
            process.kill()
            await process.communicate()

    return started


class Wire:
    """A port that passes everything on to another one, until it is cut."""

    def __init__(self) -> None:
        self._open: set[asyncio.StreamWriter] = set()

    @contextlib.asynccontextmanager
    async def to(self, address):
        port = int(address.rpartition(":")[2])

        async def passed(reader, writer):
            there = await asyncio.open_connection("127.0.0.1", port)
            with contextlib.suppress(OSError):
                await asyncio.gather(self._pass(reader, there[1]), self._pass(there[0], writer))

        server = await asyncio.start_server(passed, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            self.cut()

    async def _pass(self, reader, writer):
        self._open.add(writer)
        try:
            while more := await reader.read(65_536):
                writer.write(more)
                await writer.drain()
        finally:
            self._open.discard(writer)
            writer.close()

    def cut(self) -> None:
        """End every connection at once."""
        for each in self._open:
            each.transport.abort()


@pytest.fixture
def scored(urls, make):
    """Tenant 56 with 200 customers, scored."""
    make.history(make.tenant(), 200)
    process(urls.app, 56, Request.of(None, "latest"))
    return make


@pytest.mark.parametrize("name", ["sockets", "events"])
async def test_progress(example, scored, urls, name):
    async with serving(urls.app) as address, example(name, address) as shown:
        assert "databaseId: '1'" in await shown.prints(r"(?s)\{.*status: 'SUCCEEDED'.*\}\s")
        await asyncio.to_thread(process, urls.app, 56, Request.of(None, "latest", force=True))
        assert "databaseId: '2'" in await shown.prints(r"(?s)status: 'SUCCEEDED'.*?\}\s")


async def test_moves_that_a_lost_connection_missed_come_once(example, scored, urls):
    wire = Wire()

    async def shift(every):
        scored.owner.execute(
            "INSERT INTO customer_order (tenant_id, external_id, customer_id, placed_at, amount, currency) "
            "SELECT tenant_id, gen_random_uuid()::text, id, timestamptz '2026-01-02', 900, 'GBP' "
            "FROM customer WHERE id %% %s = 0",
            [every],
        )
        await asyncio.to_thread(process, urls.app, 56, Request.of(None, "latest", force=True))
        rows = scored.owner.execute(
            "SELECT external_id, to_segment FROM segment_change JOIN customer ON customer.id = customer_id "
            "JOIN segment_feed AS feed ON feed.id = feed_id AND kind = 'rfm_segment' "
            "WHERE run_id = (SELECT max(id) FROM score_run) ORDER BY customer_id"
        ).fetchall()
        assert rows
        return [f"{name} is now {segment.upper().replace(' ', '_')}" for name, segment in rows]

    async with (
        serving(urls.app) as address,
        wire.to(address) as cuttable,
        example("resumed", cuttable) as shown,
    ):
        await shown.prints("up to .*\n")
        for every in (3, 2):
            expected = await shift(every)
            found: list[str] = []
            while len(found) < len(expected):
                found += re.findall("C.* is now .*", await shown.prints("(?s).*?up to .*?\n"))
            assert found == expected
            wire.cut()
