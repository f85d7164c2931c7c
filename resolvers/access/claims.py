"""Who calls, by the claims of a token."""

from collections.abc import Mapping
from typing import Any

from kit.errors import UnauthenticatedError
from resolvers.access.scopes import granted
from resolvers.context import Actor

ALL = "*"
_LONGEST = 200
_MOST = 2**63 - 1


def actor_of(claims: Mapping[str, Any], ends_at: float, *, tenants: str, scope: str) -> Actor:
    """The actor of verified claims, of which those called `tenants` and `scope` say what they may.

    Raises UnauthenticatedError for claims of another form.
    """
    return Actor(
        str(claims.get("sub", ""))[:_LONGEST] or "token",
        _tenants(claims.get(tenants, []), tenants),
        granted(_scopes(claims.get(scope, []), scope)),
        ends_at,
        mode="jwt",
    )


def _tenants(given: object, name: str) -> frozenset[int] | None:
    if given == ALL:
        return None
    if not isinstance(given, list) or not all(type(each) is int and 1 <= each <= _MOST for each in given):
        raise UnauthenticatedError(
            f"The token's claim `{name}` must be a list of tenants' numbers, or \"{ALL}\"."
        )
    return frozenset(given)


def _scopes(given: object, name: str) -> list[str]:
    if isinstance(given, str):
        return given.split()
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise UnauthenticatedError(f"The token's claim `{name}` must be a text or a list of texts.")
    return given
