"""Where VTEX calls when an order changes: outside the documented API, and with a secret of its own."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.vtex.hook import SECRET_HEADER, is_ping
from kit.errors import CdpError, InvalidInputError, OverloadedError, UnauthenticatedError, UnavailableError
from kit.http import HOOKS
from resolvers.syncing.notices import take_notice

LARGEST = 65_536
"""Bytes of a call. VTEX's have a few hundred."""
_MOST = 2**63 - 1


async def vtex_hook(request: Request) -> Response:
    """Keep what VTEX tells, and answer at once. A ping is answered to anybody: nothing comes of it."""
    body = await request.body()
    if len(body) > LARGEST:
        return _refused(413, "Body too large", f"The body is larger than {LARGEST} bytes.")
    told = _read(body)
    if told is not None and is_ping(told):
        return JSONResponse({"success": True})
    number = request.path_params["integration"]
    try:
        integration = int(number) if number.isascii() and number.isdecimal() and int(number) <= _MOST else 0
        await take_notice(
            request.state.ctx,
            integration,
            request.headers.get(SECRET_HEADER, ""),
            {} if told is None else told,
        )
    except CdpError as error:
        return _failed(error)
    return JSONResponse({"success": True})


ROUTE = Route(f"{HOOKS}vtex/{{integration}}", vtex_hook, methods=["POST"])


def _read(body: bytes) -> dict[str, Any] | None:
    """What is told; None for what is no JSON object."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _failed(error: CdpError) -> Response:
    if isinstance(error, UnauthenticatedError):
        return _refused(401, "Unauthorized", error.message)
    if isinstance(error, InvalidInputError):
        return _refused(400, "Invalid request parameters", error.message)
    if isinstance(error, OverloadedError | UnavailableError):
        again = {"Retry-After": str(error.retry_after)}
        return _refused(503, "Service unavailable", error.message, again)
    raise error


def _refused(status: int, error: str, details: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"success": False, "error": error, "details": details}, status, headers)
