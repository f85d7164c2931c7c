"""Who may call: everyone where the API is open, else who has a good token or API key."""

import asyncio
import time
from pathlib import Path

import structlog

from kit.config import Settings
from kit.db import Database
from kit.errors import UnauthenticatedError, UnavailableError
from kit.tokens import KeysAt, KeysInFile, KeySource, OneSecret, Verifier
from resolvers.access.claims import actor_of
from resolvers.access.key import PREFIX
from resolvers.access.keys_in_use import REMEMBERED_FOR, KeysInUse
from resolvers.context import OPEN, Actor

log = structlog.get_logger()

_LONGEST_SLEEP = 60.0
"""Seconds between two looks at the clock, which may be set meanwhile."""
ASKED = "Credentials are needed: `Authorization: Bearer` and a token or API key, or `X-API-Key`."
OVER = "The credentials are no longer good; come again with new ones."


class Access:
    """Finds who calls. `verifier` None takes no tokens."""

    def __init__(
        self,
        *,
        is_open: bool,
        verifier: Verifier | None = None,
        tenants_claim: str = "tenants",
        scope_claim: str = "scope",
    ) -> None:
        self.is_open = is_open
        self._verifier = verifier
        self._claims = {"tenants": tenants_claim, "scope": scope_claim}
        self._keys = KeysInUse()

    async def actor(self, credentials: str | None, db: Database) -> Actor:
        """Whom credentials stand for.

        Raises UnauthenticatedError where there are none or they are not good, UnavailableError where that
        cannot be told now.
        """
        if self.is_open:
            return OPEN
        if not credentials:
            raise UnauthenticatedError(ASKED, given=False)
        if self._verifier is None or credentials.startswith(PREFIX):
            return await self._keys.actor(credentials, db)
        claims, ends_at = await self._verifier.verify(credentials)
        return actor_of(claims, ends_at, **self._claims)

    async def over(self, actor: Actor, db: Database) -> None:
        """Wait until an actor's credentials are no longer good: a token has expired, a key was revoked."""
        while actor.ends_at is None or actor.ends_at > time.time():
            if actor.key is not None:
                await asyncio.sleep(REMEMBERED_FOR)
                if not await self._is_good(actor.key, db):
                    return
            elif actor.ends_at is None:
                await asyncio.Event().wait()
            else:
                await asyncio.sleep(min(_LONGEST_SLEEP, max(0.0, actor.ends_at - time.time())))

    async def close(self) -> None:
        await self._keys.close()
        if self._verifier is not None:
            await self._verifier.close()

    async def _is_good(self, key: str, db: Database) -> bool:
        try:
            return await self._keys.is_good(key, db)
        except UnavailableError:
            return True
        except Exception:
            # Whatever it is: a socket must not outlive the watch over its credentials.
            log.exception("credentials cannot be watched; whoever has them is let go")
            return False


def access_of(settings: Settings) -> Access:
    """The access that the settings say. Raises ConfigurationError for keys that cannot be used."""
    if settings.auth == "open":
        return Access(is_open=True)
    verifier = None
    if settings.auth == "jwt":
        verifier = Verifier(
            _source(settings),
            issuer=settings.jwt_issuer,
            audience=settings.jwt_audience,
            leeway=settings.jwt_leeway_seconds,
        )
    return Access(
        is_open=False,
        verifier=verifier,
        tenants_claim=settings.jwt_tenants_claim,
        scope_claim=settings.jwt_scope_claim,
    )


def _source(settings: Settings) -> KeySource:
    place = settings.jwt_jwks
    if place is None:
        return OneSecret(settings.jwt_secret.get_secret_value() if settings.jwt_secret else "")
    return KeysAt(place, settings.peers) if "://" in place else KeysInFile(Path(place))
