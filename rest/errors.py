"""Errors in the shapes the v2 reference documents."""

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route

from kit.errors import CdpError, TooSlowError
from kit.http import moment

log = structlog.get_logger()

_BY_CODE = {
    "BAD_USER_INPUT": (400, "Invalid request parameters"),
    "UNAUTHENTICATED": (401, "Unauthorized"),
    "FORBIDDEN": (403, "Forbidden"),
    "NOT_FOUND": (404, "Resource not found"),
    "CONFLICT": (409, "Conflict"),
    "PEER_FAILED": (502, "Bad gateway"),
    "RATE_LIMITED": (429, "Too many requests"),
    "UNAVAILABLE": (503, "Service unavailable"),
    "TOO_SLOW": (408, "Request timeout"),
    "TIMED_OUT": (504, "The query takes too long"),
    "PEER_TIMED_OUT": (504, "Gateway timeout"),
    "FAILED": (500, "Processing failed"),
}
_LONGEST = 200
"""Characters of a path that are told back."""


class Problem(BaseModel):
    """What every error answers."""

    success: bool = Field(False, description="Always false")
    error: str = Field(description="What kind of error")
    details: str = Field(description="What was wrong and what is accepted")


class Fault(BaseModel):
    """What a fault of ours answers."""

    success: bool = Field(False, description="Always false")
    error: str = Field(description="What kind of error")
    timestamp: str = Field(description="When, to find it in the log")
    details: str | None = Field(None, description="Why a run failed")


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "A parameter or the body is wrong"},
    404: {"model": Problem, "description": "No such tenant, customer or path"},
    500: {"model": Fault, "description": "A fault of ours, or a run that failed"},
    503: {"model": Problem, "description": "The database cannot be reached now"},
}


def install(app: FastAPI) -> None:
    """Answer every error of an application in the documented shape."""
    app.add_exception_handler(CdpError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def refusal(status: int, error: str, details: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """A refusal in the documented shape."""
    return JSONResponse({"success": False, "error": error, "details": details}, status, headers)


async def _known(request: Request, error: Exception) -> JSONResponse:
    status, title = _BY_CODE.get(getattr(error, "code", ""), (500, "Internal server error"))
    message = str(error)
    if status == 500:
        content = {"success": False, "error": title, "timestamp": moment(), "details": message}
        return JSONResponse(content, status)
    return refusal(status, title, message, _headers(error))


def _headers(error: Exception) -> dict[str, str]:
    """When to come again, and that no more is read of a body that is not waited for."""
    seconds = getattr(error, "retry_after", None)
    closing = {"Connection": "close"} if isinstance(error, TooSlowError) else {}
    return closing if seconds is None else {"Retry-After": str(seconds)}


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    return refusal(400, "Invalid request parameters", "; ".join(map(_sentence, problems)))


def _sentence(problem: dict[str, Any]) -> str:
    """One validation problem in words: the name the caller knows, and what is accepted."""
    place, *path = problem["loc"]
    name = ".".join(str(each) for each in path) or str(place)
    if problem["type"] == "missing":
        return f"{name} is required"
    message = str(problem["msg"])
    return f"{name}: {message[:1].lower()}{message[1:]}"


async def _http(request: Request, error: Exception) -> Response:
    """What the framework refuses: a path, a method, a body."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    path = request.url.path[:_LONGEST]
    if status == 404:
        return refusal(404, "Resource not found", f"There is no path {path}")
    if status == 405:
        return _another_method(request, path)
    return refusal(400, "Invalid request parameters", "The body cannot be read; JSON in UTF-8 is accepted")


def _another_method(request: Request, path: str) -> Response:
    methods = _methods(request)
    headers = {"Allow": ", ".join(methods)}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=headers)
    details = f"{request.method[:20]} is not accepted on {path}; accepted are {headers['Allow']}"
    return refusal(405, "Method not allowed", details, headers)


def _methods(request: Request) -> list[str]:
    """The methods that the routes of a path take between them."""
    routes: list[BaseRoute] = request.app.state.routes
    found: set[str] = {"OPTIONS"}
    for route in routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return sorted(found | {"HEAD"} if "GET" in found else found)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    now = moment()
    log.error("unexpected error", path=request.url.path, timestamp=now, exc_info=error)
    content = {"success": False, "error": "Internal server error", "timestamp": now}
    return JSONResponse(content, 500)
