"""What is told by NOTIFY: one listening connection a process, fanned out to those who follow a tenant."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
import psycopg
import structlog
from psycopg import AsyncConnection

from kit.db.bulk import Work
from kit.db.database import Transaction
from kit.db.role import act_as_application
from kit.db.statement import Statement
from kit.errors import UnavailableError

log = structlog.get_logger()

MOST_BYTES = 7_900
"""Of a notice: PostgreSQL takes fewer than 8,000."""

CHANNEL = "cdp_live"
"""Where all notices are sent."""
_TELL = Statement(
    "SELECT pg_notify(%(channel)s, told) FROM unnest(%(notices)s::text[]) AS told",
    scoped=False,
    defaults={"channel": CHANNEL},
)
_PAUSE = 0.2
_PATIENCE = 10.0
_KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


def notice(tenant: int, kind: str, **body: object) -> str:
    """A notice as it is sent. It must not be longer than MOST_BYTES."""
    return orjson.dumps({"tenant": tenant, "kind": kind, **body}).decode()


def tell(work: Work, notices: Sequence[str]) -> None:
    """Send notices from a transaction: they arrive if it is committed, after what it wrote can be read."""
    if notices:
        work.run(_TELL, {"notices": [*notices]})


async def tell_from(transaction: Transaction, notices: Sequence[str]) -> None:
    """The same from a transaction of the application's pool."""
    if notices:
        await transaction.fetch(_TELL, _nothing, notices=[*notices])


def _nothing(*_: object) -> None:
    return None


class Taken(NamedTuple):
    """What a follower was told since it last asked. `missed`: there was more, and it is lost."""

    notices: list[dict[str, Any]]
    missed: bool


class Inbox:
    """The notices that one follower has not taken yet: at most `size`, and each text once."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._held: dict[str, dict[str, Any]] = {}
        self._missed = False
        self._over = False
        self._news = asyncio.Event()

    def put(self, text: str, body: dict[str, Any]) -> None:
        """Keep a notice; where there is no room, let all go and remember that."""
        if len(self._held) >= self._size and text not in self._held:
            self.miss()
        else:
            self._held[text] = body
            self._news.set()

    def miss(self) -> None:
        """Remember that notices were lost."""
        self._held.clear()
        self._missed = True
        self._news.set()

    def end(self) -> None:
        """Nothing more will come."""
        self._over = True
        self._news.set()

    async def take(self, within: float | None = None) -> Taken | None:
        """Wait for notices; none after `within` seconds. None: nothing more will come."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), within)
        if self._over:
            return None
        taken = Taken([*self._held.values()], self._missed)
        self._held, self._missed = {}, False
        self._news.clear()
        return taken


@dataclass(frozen=True, slots=True)
class _Topic:
    tenant: int
    kind: str


class Notices:
    """Listens while open. A lost connection is made anew, and every follower told that it missed some."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._followers: dict[_Topic, set[Inbox]] = {}
        self._listening = asyncio.Event()
        self._over = False
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._task = asyncio.create_task(self._keep())

    async def close(self) -> None:
        self.end()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def end(self) -> None:
        """Let all followers go, for good: the process is about to stop."""
        self._over = True
        for inbox in self._inboxes():
            inbox.end()

    @property
    def followers(self) -> int:
        """How many follow now."""
        return sum(map(len, self._followers.values()))

    @asynccontextmanager
    async def follow(self, tenant: int, kind: str, *, size: int) -> AsyncIterator[Inbox]:
        """The notices of a kind about a tenant from now on: what is committed later than this is told.

        Raises UnavailableError where the database cannot be listened to within ten seconds.
        """
        try:
            await asyncio.wait_for(self._listening.wait(), _PATIENCE)
        except TimeoutError:
            raise UnavailableError("The database does not answer; try again in a moment.") from None
        with self._held(_Topic(tenant, kind), Inbox(size)) as inbox:
            yield inbox

    @contextmanager
    def _held(self, topic: _Topic, inbox: Inbox) -> Iterator[Inbox]:
        if self._over:
            inbox.end()
        inboxes = self._followers.setdefault(topic, set())
        inboxes.add(inbox)
        try:
            yield inbox
        finally:
            inboxes.discard(inbox)
            if not inboxes and self._followers.get(topic) is inboxes:
                del self._followers[topic]

    def _inboxes(self) -> list[Inbox]:
        return [inbox for inboxes in self._followers.values() for inbox in inboxes]

    async def _keep(self) -> None:
        while True:
            try:
                await self._listen()
            except psycopg.OperationalError as error:
                log.warning("listening ended", reason=str(error).strip().partition("\n")[0])
            except Exception:
                log.exception("listening failed")
            finally:
                self._listening.clear()
            await asyncio.sleep(_PAUSE)

    async def _listen(self) -> None:
        connection = await AsyncConnection.connect(
            self._url,
            autocommit=True,
            application_name="cdp live",
            **_KEEPALIVE,  # type: ignore[arg-type]
        )
        async with connection:
            await act_as_application(connection)
            await connection.execute(f"LISTEN {CHANNEL}")
            for inbox in self._inboxes():
                inbox.miss()
            self._listening.set()
            async for each in connection.notifies():
                self._put(each.payload)

    def _put(self, text: str) -> None:
        body = _read(text)
        if body is None:
            log.warning("a notice that is none", length=len(text))
            return
        topic = _Topic(body["tenant"], body["kind"])
        for inbox in self._followers.get(topic, ()):
            inbox.put(text, body)


def _read(text: str) -> dict[str, Any] | None:
    """A notice's body; None for what this version does not send. Anybody may write to the channel."""
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    fits = (
        isinstance(body, dict) and isinstance(body.get("tenant"), int) and isinstance(body.get("kind"), str)
    )
    return body if fits else None
