"""Values as the v2 reference writes them: money as numbers, instants with milliseconds and Z."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

import orjson
from fastapi import Depends, Path, Query, Request
from pydantic import BeforeValidator

from kit import trace
from kit.errors import InvalidInputError
from resolvers.context import Ctx

MOST = 2**63 - 1

TenantPath = Annotated[int, Path(alias="tenantId", ge=1, le=MOST, description="The tenant's number")]
CustomerPath = Annotated[int, Path(alias="customerId", ge=1, le=MOST, description="The customer's number")]
TenantQuery = Annotated[int, Query(alias="tenant_id", ge=1, le=MOST, description="The tenant's number")]
SegmentPath = Annotated[int, Path(alias="segmentId", ge=1, le=MOST, description="The segment's number")]
Limit = Annotated[int, Query(ge=1, le=1000, description="Number of results")]


def whole(value: object) -> object:
    """A value of a body as it is meant: JSON knows one kind of number, so 56.0 is 56."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(whole)]
"""A whole number of a body, however it is written."""


async def _context(request: Request) -> Ctx:
    route = request.scope.get("route")
    trace.named(getattr(route, "path", None))
    ctx: Ctx = request.state.ctx
    return ctx


CONTEXT = Depends(_context)
Context = Annotated[Ctx, CONTEXT]


def amount(value: Decimal | str | None) -> float | None:
    """Money as a JSON number; None stays None."""
    return None if value is None else float(value)


def money(value: Decimal | str | None) -> float:
    """Money of an overview as a JSON number with cents; nothing counts as 0."""
    return 0.0 if value is None else round(float(value), 2)


def instant(value: datetime | None) -> str | None:
    """ISO 8601 in UTC with milliseconds and Z."""
    if value is None:
        return None
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def second(value: datetime | None) -> str | None:
    """ISO 8601 in UTC with seconds and Z."""
    if value is None:
        return None
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@contextmanager
def told_as(**names: str) -> Iterator[None]:
    """Let errors about a use case's arguments name the caller's parameters: `told_as(after="cursor")`."""
    try:
        yield
    except InvalidInputError as error:
        if error.field not in names:
            raise
        name = names[error.field]
        raise InvalidInputError(name, f"{name}: {error}") from None


def written(content: dict[str, object]) -> bytes:
    """The JSON of an answer."""
    return orjson.dumps(content)
