"""Where the keys of tokens come from: a secret, a file, or an address that is asked now and then."""

import asyncio
import time
from collections.abc import Collection
from pathlib import Path
from typing import Protocol

import httpx
import structlog

from kit.answers import read_body
from kit.errors import ConfigurationError, UnavailableError
from kit.outgoing import Reach, client
from kit.tokens.key_set import KeySet, SigningKey

MAX_AGE = 300.0
"""Seconds after which the keys are looked at anew."""
COOL_DOWN = 10.0
"""Seconds between two looks, whatever tokens name."""
LAST_RESORT = 3_600.0
"""Seconds for which known keys stand in for those that cannot be fetched."""
_PATIENCE = 5.0
_MOST_BYTES = 1_000_000
_NONE = "The keys of tokens cannot be fetched now; try again in a moment."

log = structlog.get_logger()


class KeySource(Protocol):
    """Finds the key that a token must be signed with."""

    async def find(self, kid: str | None, algorithm: str) -> SigningKey | None:
        """The key of an id for an algorithm; None if there is none. Raises UnavailableError."""

    async def close(self) -> None: ...


class OneSecret:
    """A secret that issuer and API share: HS256 and nothing else."""

    def __init__(self, secret: str) -> None:
        self._key = SigningKey(None, "HS256", secret.encode())

    async def find(self, kid: str | None, algorithm: str) -> SigningKey | None:
        return self._key if algorithm == self._key.algorithm else None

    async def close(self) -> None:
        return None


class _Refreshing:
    """Keys that are read again when they are old, or a token names one that is not among them."""

    def __init__(self) -> None:
        self._keys: KeySet | None = None
        self._read_at = self._tried_at = -LAST_RESORT
        self._reading: asyncio.Task[None] | None = None

    async def find(self, kid: str | None, algorithm: str) -> SigningKey | None:
        now = time.monotonic()
        if self._keys is None or now - self._read_at > LAST_RESORT:
            await self._renewed()
            if self._keys is None or time.monotonic() - self._read_at > LAST_RESORT:
                raise UnavailableError(_NONE)
        elif now - self._read_at > MAX_AGE:
            self._renew()
        found = self._keys.find(kid, algorithm)
        if found is None and self._renew():
            await self._renewed()
            found = self._keys.find(kid, algorithm)
        return found

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait((self._reading,))

    async def _read(self) -> bytes:
        raise NotImplementedError

    async def _renewed(self) -> None:
        """Wait for the keys to be read, once for all who wait; one who leaves does not stop it."""
        self._renew()
        if self._reading is not None:
            await asyncio.wait((self._reading,))

    def _renew(self) -> bool:
        """Begin to read the keys; whether they are being read now."""
        if self._reading is not None and not self._reading.done():
            return True
        if time.monotonic() - self._tried_at < COOL_DOWN:
            return False
        self._tried_at = time.monotonic()
        self._reading = asyncio.create_task(self._reread())
        return True

    async def _reread(self) -> None:
        try:
            self._keys = KeySet.read(await self._read())
            self._read_at = time.monotonic()
        except (OSError, ValueError, httpx.HTTPError) as error:
            log.warning("the keys of tokens cannot be read", reason=str(error) or type(error).__name__)


class KeysInFile(_Refreshing):
    """Keys of a JWKS file. Raises ConfigurationError for one that cannot be used."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        try:
            self._keys = KeySet.read(path.read_bytes())
        except OSError as error:
            raise ConfigurationError(
                f"CDP_JWT_JWKS: {path} cannot be read: {error.strerror or error}."
            ) from None
        except ValueError as error:
            raise ConfigurationError(f"CDP_JWT_JWKS: {path} cannot be used: {error}.") from None
        self._read_at = time.monotonic()

    async def _read(self) -> bytes:
        return await asyncio.to_thread(self._path.read_bytes)


class KeysAt(_Refreshing):
    """Keys that an issuer publishes, at a public address or one of the `peers` (`kit.outgoing.Reach`).

    Redirects are not followed.
    """

    def __init__(self, address: str, peers: Collection[str] = ()) -> None:
        super().__init__()
        self._address = address
        self._reach = Reach(peers, address)

    async def _read(self) -> bytes:
        async with (
            asyncio.timeout(_PATIENCE),
            client(self._reach, timeout=_PATIENCE) as asking,
            asking.stream("GET", self._address, headers={"Accept": "application/json"}) as answer,
        ):
            if answer.status_code != 200:
                raise ValueError(f"the address answers with status {answer.status_code}")
            return await read_body(answer, _MOST_BYTES)
