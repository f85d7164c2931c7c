"""What a caller sends to prove who they are: `Authorization: Bearer ...` or `X-API-Key: ...`."""

from collections.abc import Mapping

from kit.errors import UnauthenticatedError
from kit.http import Scope

API_KEY = "X-API-Key"
_HEADERS = {b"authorization": "authorization", API_KEY.lower().encode(): API_KEY.lower()}


def of_headers(scope: Scope) -> str | None:
    """The token or key of a request; None without one. Raises UnauthenticatedError for another scheme."""
    given = [
        (_HEADERS[name], value.decode("latin-1")) for name, value in scope["headers"] if name in _HEADERS
    ]
    return _one(given)


def of_payload(payload: Mapping[str, object]) -> str | None:
    """The same of a socket's first message, whose payload names them as headers are named."""
    given = [
        (name.lower(), value) for name, value in payload.items() if name.lower() in set(_HEADERS.values())
    ]
    if not all(isinstance(value, str) for _, value in given):
        raise UnauthenticatedError("Credentials must be texts.")
    return _one([(name, str(value)) for name, value in given])


def _one(given: list[tuple[str, str]]) -> str | None:
    if not given:
        return None
    if len(given) > 1:
        raise UnauthenticatedError("Credentials came more than once; send a token or a key, once.")
    name, value = given[0]
    if name != "authorization":
        return value.strip()
    scheme, _, token = value.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise UnauthenticatedError("Authorization must be `Bearer` and a token or key.")
    return token.strip()
