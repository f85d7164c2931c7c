"""Asking VTEX: one pool of connections, timeouts, retries where they are right, and each account's budget."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import structlog

from connectors.vtex.account import Account
from connectors.vtex.budget import Budgets
from connectors.vtex.errors import (
    LimitedError,
    MalformedError,
    MissingError,
    RefusedError,
    SlowError,
    UnansweredError,
)
from connectors.vtex.patience import Patience, retry_after
from kit.answers import TooLongError, read_body
from kit.errors import PeerFailedError
from kit.outgoing import Reach, client

log = structlog.get_logger()

PER_MINUTE = 5_000
"""Requests of an account: under the 6,000 order details that VTEX allows, which others ask for too."""
_LARGEST = 32 * 2**20

Query = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Answer:
    """The JSON that VTEX answers (None for an empty body), and the headers beside it."""

    content: Any
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Question:
    method: str
    path: str
    query: Query
    headers: Mapping[str, str]
    body: Any


class Vtex:
    """VTEX, for all accounts of a process. Open it before use, and close it.

    `template` is the address with {account} and {environment}. Redirects are not followed: credentials go to
    the account's host alone, at a public address or at one of the `peers` (`kit.outgoing.Reach`).
    """

    def __init__(
        self,
        template: str,
        *,
        per_minute: float = PER_MINUTE,
        patience: Patience | None = None,
        peers: Collection[str] = (),
    ) -> None:
        self._template = template
        self._reach = Reach(peers, template)
        self.patience = patience or Patience()
        self._budgets = Budgets(per_minute)
        self._client: httpx.AsyncClient | None = None

    async def open(self) -> None:
        """Make the pool of connections; none is opened yet."""
        waits = httpx.Timeout(self.patience.read, connect=self.patience.connect)
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=32)
        self._client = client(self._reach, timeout=waits, limits=limits)

    async def close(self) -> None:
        """Close all connections."""
        if self._client is not None:
            await self._client.aclose()

    def host(self, account: Account) -> str:
        """The host that is asked for an account."""
        return httpx.URL(account.base_url(self._template)).host

    async def get(
        self,
        account: Account,
        path: str,
        query: Query | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        until: float | None = None,
        attempts: int | None = None,
    ) -> Any:
        """The JSON that VTEX answers.

        `until` is a time of the event loop's clock at which all attempts and waits are given up; `attempts`
        overrides how often it is asked. With `until` alone, being asked to wait is no attempt: it is waited
        for while there is time. Raises what `errors` draws.
        """
        answer = await self.ask(account, path, query, headers=headers, until=until, attempts=attempts)
        return answer.content

    async def ask(
        self,
        account: Account,
        path: str,
        query: Query | None = None,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        until: float | None = None,
        attempts: int | None = None,
    ) -> Answer:
        """As `get`, with the headers of the answer. Whatever is sent may be sent twice."""
        question = _Question(method, path, query or {}, headers or {}, body)
        try:
            async with asyncio.timeout_at(until):
                return await self._patiently(account, question, until, attempts)
        except TimeoutError:
            raise SlowError(f"VTEX did not answer {path} for {account.name} in time.") from None

    async def _patiently(
        self, account: Account, question: _Question, until: float | None, attempts: int | None
    ) -> Answer:
        budget = self._budgets.of(account.name)
        most = attempts or self.patience.attempts
        patient = until is not None and attempts is None
        attempt = limited = 0
        while True:
            attempt += 1
            if _too_late(budget.wait, until):
                raise _limited(account, budget.wait)
            await budget.take()
            try:
                return await self._once(account, question)
            except LimitedError as error:
                limited += 1
                attempt -= int(patient)
                budget.pause(max(error.seconds, self.patience.pause(limited) if limited > 1 else 0.0))
                last: PeerFailedError | SlowError = error
                pause = 0.0
            except (UnansweredError, SlowError) as error:
                last = error
                asked = error.seconds if isinstance(error, UnansweredError) else None
                pause = self.patience.pause(attempt) if asked is None else asked
            if attempt >= most or _too_late(pause, until):
                raise last
            log.warning(
                "vtex asked again", account=account.name, path=question.path, attempt=attempt, why=str(last)
            )
            await asyncio.sleep(pause)

    async def _once(self, account: Account, question: _Question) -> Answer:
        if self._client is None:
            raise RuntimeError("asked before it was opened")
        url = account.base_url(self._template) + question.path
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            **question.headers,
            **account.headers(),
        }
        where = f"{question.path} for {account.name}"
        content = None if question.body is None else orjson.dumps(question.body)
        try:
            async with self._client.stream(
                question.method, url, params=dict(question.query), headers=headers, content=content
            ) as answer:
                self._check(answer, account, where)
                body = await read_body(answer, _LARGEST)
        except httpx.TimeoutException:
            raise SlowError(f"VTEX did not answer {where} in time.") from None
        except TooLongError:
            raise MalformedError(f"VTEX answered {where} with more than {_LARGEST} bytes.") from None
        except httpx.HTTPError as error:
            raise UnansweredError(f"VTEX cannot be reached at {where} ({type(error).__name__}).") from None
        if not body and question.method != "GET":
            return Answer(None, answer.headers)
        try:
            return Answer(orjson.loads(body), answer.headers)
        except orjson.JSONDecodeError:
            raise MalformedError(f"VTEX answered {where} with something else than JSON.") from None

    def _check(self, answer: httpx.Response, account: Account, where: str) -> None:
        """Raises what the status means, unless it is 2xx."""
        status = answer.status_code
        if answer.is_success:
            return
        if status in (401, 403):
            raise RefusedError(f"VTEX refused {where} ({status}).", status)
        if status == 404:
            raise MissingError(f"VTEX has no {where} (404).")
        asked = retry_after(answer.headers.get("retry-after"))
        if status == 429:
            raise _limited(account, self.patience.limited if asked is None else asked)
        if status >= 500:
            raise UnansweredError(f"VTEX failed at {where} ({status}).", asked)
        raise MalformedError(f"VTEX answered {where} with {status}, which it should not.")


def _too_late(seconds: float, until: float | None) -> bool:
    return until is not None and asyncio.get_running_loop().time() + seconds >= until


def _limited(account: Account, seconds: float) -> LimitedError:
    return LimitedError(f"VTEX asks to wait {seconds:.0f} s before {account.name} is asked again.", seconds)
