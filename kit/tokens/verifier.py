"""Whether a token is good: signed by the issuer, for us, and at this time."""

import math
from typing import Any

import jwt

from kit.errors import UnauthenticatedError
from kit.tokens.sources import KeySource

LONGEST = 8_192
"""Bytes of a token."""
_BAD = "The token is not accepted: it is malformed, or its signature is not good."
_SENTENCES: dict[type[jwt.PyJWTError], str] = {
    jwt.ExpiredSignatureError: "The token has expired.",
    jwt.ImmatureSignatureError: "The token is not valid yet.",
    jwt.InvalidIssuerError: "The token is of another issuer.",
    jwt.InvalidAudienceError: "The token is for another audience.",
}


class Verifier:
    """Verifies tokens. The algorithm is that of the key which a token names, never the token's own choice."""

    def __init__(
        self, keys: KeySource, *, issuer: str | None = None, audience: str | None = None, leeway: float = 0.0
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._leeway = leeway

    async def verify(self, token: str) -> tuple[dict[str, Any], float]:
        """The claims, and the time, in seconds since 1970, from which the token is no longer good.

        Raises UnauthenticatedError that says why it is not, UnavailableError where no keys can be had.
        """
        if len(token) > LONGEST:
            raise UnauthenticatedError(f"The token is longer than {LONGEST} bytes.")
        kid, algorithm = _named(token)
        key = await self._keys.find(kid, algorithm)
        if key is None:
            raise UnauthenticatedError(_BAD)
        try:
            claims = jwt.decode(
                token,
                key.key,
                algorithms=[key.algorithm],
                issuer=self._issuer,
                audience=self._audience,
                leeway=self._leeway,
                options={"require": ["exp"]},
            )
            ends_at = float(claims["exp"]) + self._leeway
        except jwt.MissingRequiredClaimError as error:
            raise UnauthenticatedError(f"The token lacks the claim `{error.claim}`.") from None
        except jwt.PyJWTError as error:
            raise UnauthenticatedError(_SENTENCES.get(type(error), _BAD)) from None
        except (ValueError, TypeError, ArithmeticError, RecursionError):
            raise UnauthenticatedError(_BAD) from None
        if not math.isfinite(ends_at):
            raise UnauthenticatedError(_BAD)
        return claims, ends_at

    async def close(self) -> None:
        await self._keys.close()


def _named(token: str) -> tuple[str | None, str]:
    """The key and the algorithm that a token names. Raises UnauthenticatedError for what is no token."""
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise UnauthenticatedError(_BAD) from None
    kid, algorithm = header.get("kid"), header.get("alg")
    if not isinstance(algorithm, str) or not isinstance(kid, str | None) or "crit" in header:
        raise UnauthenticatedError(_BAD)
    return kid, algorithm
