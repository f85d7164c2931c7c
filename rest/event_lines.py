"""Events as lines of JSON, read as they come in: any number of them in bounded memory."""

import asyncio
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Iterator
from typing import IO, Any, NamedTuple

import orjson

from kit import strict_json
from kit.errors import InvalidInputError, TooSlowError, UnavailableError
from kit.pace import paced
from resolvers.context import Ctx
from resolvers.intake.event import Checked, Submission
from resolvers.writes.events import submit
from resolvers.writes.outcome import Outcome
from rest.event_body import TOO_LONG, broken, read_event
from rest.event_result import Tally, sent_event

LONGEST = 65_536
"""Bytes of a line; properties alone may have 32 KB."""
_EVENTS = 500
_BYTES = 1_000_000
_UNDER_WAY = 2
_IN_MEMORY = 1_048_576
_PIECE = 65_536


class Line(NamedTuple):
    """A line by its number from 1; None: it was too long to be kept."""

    number: int
    text: bytes | None


async def lines(stream: AsyncIterator[bytes]) -> AsyncIterator[Line]:
    """The lines of a body that hold anything, none longer than LONGEST."""
    held = bytearray()
    number, passing = 1, False
    async for chunk in stream:
        for place, piece in enumerate(chunk.split(b"\n")):
            if place:
                if passing or held.strip():
                    yield Line(number, None if passing else bytes(held))
                held.clear()
                number, passing = number + 1, False
            if len(held) + len(piece) > LONGEST:
                held.clear()
                passing = True
            elif not passing:
                held += piece
    if passing or held.strip():
        yield Line(number, None if passing else bytes(held))


class _Part(NamedTuple):
    """Events that are saved together, by their lines."""

    lines: list[int]
    sent: list[Any]
    events: list[Checked]


class EventLines:
    """Takes the lines of a body in, part by part, and keeps what became of each in a file."""

    def __init__(self, ctx: Ctx, tenant: int) -> None:
        self._ctx = ctx
        self._tenant = tenant
        self._under_way: deque[tuple[_Part, asyncio.Task[list[Outcome]]]] = deque()
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115
        self.tally = Tally(tenant)

    async def take(self, stream: AsyncIterator[bytes]) -> None:
        """Save the events of a body. Raises as `submit` does, telling which lines are saved.

        It reads on only as fast as events can be saved.
        """
        try:
            await self._take(stream)
        except BaseException:
            self._file.close()
            raise
        finally:
            for _, task in self._under_way:
                task.cancel()

    async def _take(self, stream: AsyncIterator[bytes]) -> None:
        try:
            async for part in _parts(paced(stream), self._tenant):
                await self._settle(_UNDER_WAY - 1)
                submission = Submission(self._tenant, part.events)
                task = asyncio.create_task(submit(self._ctx, submission, wait=True))
                self._under_way.append((part, task))
            await self._settle(0)
        except (UnavailableError, TooSlowError) as error:
            told = f"{error.message} The first {self.tally.count} events have been dealt with."
            raise type(error)(told) from None
        if not self.tally.count:
            raise InvalidInputError("body", "The body is empty")

    async def _settle(self, most: int) -> None:
        """Wait until no more than so many parts are under way, and note what became of the others."""
        while len(self._under_way) > most:
            part, task = self._under_way[0]
            outcomes = await task
            self._under_way.popleft()
            for line, sent, outcome in zip(part.lines, part.sent, outcomes, strict=True):
                result = self.tally.result("line", line, outcome, sent)
                self._file.write(orjson.dumps(result, option=orjson.OPT_APPEND_NEWLINE))

    def answer(self) -> Iterator[bytes]:
        """The results as lines, the sum of them last."""
        self._file.seek(0)
        with self._file:
            while piece := self._file.read(_PIECE):
                yield piece
        yield orjson.dumps(self.tally.summary(), option=orjson.OPT_APPEND_NEWLINE)


async def _parts(stream: AsyncIterator[bytes], tenant: int) -> AsyncIterator[_Part]:
    part, size = _Part([], [], []), 0
    async for line in lines(stream):
        sent, event = _read(line, tenant)
        part.lines.append(line.number)
        part.sent.append(sent)
        part.events.append(event)
        size += len(line.text or b"")
        if len(part.lines) >= _EVENTS or size >= _BYTES:
            yield part
            part, size = _Part([], [], []), 0
    if part.lines:
        yield part


def _read(line: Line, tenant: int) -> tuple[Any, Checked]:
    """What was sent, and the event that it is."""
    if line.text is None:
        return None, broken(TOO_LONG.format(most=LONGEST // 1024))
    try:
        sent = sent_event(strict_json.parse(line.text, "line"))
    except InvalidInputError as error:
        return line.text.decode("utf-8", "replace"), broken(error.message)
    return sent, read_event(sent, tenant)
