"""All that is held on a person, as one JSON document that is written while it is read."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from kit.db import Statement, load
from kit.errors import InvalidInputError, NotFoundError
from resolvers import tenants
from resolvers.audit.change import Change
from resolvers.context import ADMIN, Ctx
from resolvers.customers import CustomerRow, find, find_by_external_id
from resolvers.privacy.erase import KIND, check_named
from resolvers.privacy.mentions import NAMES, mentions
from resolvers.privacy.named import only_one
from resolvers.segments.exports import Export
from resolvers.writes.people import CustomerReference

MEDIA_TYPE = "application/json"
MOST = 10_000_000
"""Bytes of a document that is answered as a whole."""
_SIZE = 1_000
_LONGEST = 60.0
_SQL = Path(__file__).parent.parent.parent / "models" / "sql"
PARTS = (
    "consents",
    "orders",
    "refunds",
    "events",
    "scores",
    "segments",
    "segment_changes",
    "fetched_orders",
    "profiles",
    "idempotency_keys",
    "merges",
)
"""The lists of a document."""
_PARTS = {name: load(_SQL / f"person_{name}.sql") for name in PARTS}
_PROFILE = load(_SQL / "person_profile.sql")
_BY_EMAIL = Statement(
    "SELECT id FROM customer WHERE tenant_id = %(tenant_id)s AND email_norm = lower(btrim(%(email)s::text)) "
    "UNION SELECT survivor_id FROM customer_merge WHERE tenant_id = %(tenant_id)s AND undone_at IS NULL "
    "AND email_norm = lower(btrim(%(email)s::text)) AND NOT EXISTS (SELECT FROM customer "
    "WHERE tenant_id = %(tenant_id)s AND email_norm = lower(btrim(%(email)s::text))) ORDER BY 1 LIMIT 2",
    True,
    {},
)


async def export(ctx: Ctx, tenant: int, customer: CustomerReference) -> Export:
    """All that is held on a customer, of one instant, as a file; the log tells that it was asked for.

    Raises NotFoundError for an unknown tenant or customer, InvalidInputError for a customer who is not named
    by exactly one thing, ForbiddenError without the scope admin; its content raises as that of segments does.
    """
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, ADMIN)
    check_named(customer)
    row = await _find(ctx, tenant, customer)
    async with ctx.write(Change("customerExport", tenant, KIND, row.id)):
        pass
    return Export(f"customer-{tenant}-{row.id}.json", MEDIA_TYPE, _content(ctx, tenant, row))


async def document(ctx: Ctx, tenant: int, customer: CustomerReference) -> dict[str, Any]:
    """The same as an object. Raises InvalidInputError for one that is too long, too."""
    found, whole = await export(ctx, tenant, customer), bytearray()
    async for piece in found.content:
        whole += piece
        if len(whole) > MOST:
            told = "More is held on this customer than is answered at once; GET .../export has all of it."
            raise InvalidInputError("customer", told)
    held: dict[str, Any] = orjson.loads(whole)
    return held


async def _find(ctx: Ctx, tenant: int, customer: CustomerReference) -> CustomerRow:
    if customer.database_id is not None:
        row = await find(ctx, tenant, customer.database_id)
    elif customer.external_id is not None:
        row = await find_by_external_id(ctx, tenant, customer.external_id.strip())
    else:
        found = await ctx.reader.fetch(_BY_EMAIL, int, tenant=tenant, email=customer.email)
        only_one(found)
        row = await find(ctx, tenant, found[0]) if found else None
    if row is None:
        raise NotFoundError("The tenant has no such customer.", field="customer")
    return row


async def _content(ctx: Ctx, tenant: int, row: CustomerRow) -> AsyncGenerator[bytes, None]:
    """The document: a member for the person, and one for each list of what is held on them."""
    values: dict[str, Any] = {"customer": row.id}
    with ctx.db.long_read():
        (person,) = await ctx.reader.fetch(_PROFILE, _text, tenant=tenant, **values)
        names = await ctx.reader.fetch(NAMES, _text, tenant=tenant, **values)
        marks = mentions([row.external_id, *names], row.email)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        head = orjson.dumps({"exported_at": now, "tenant_id": tenant})[:-1]
        yield head + b',"customer":' + person.encode()
        for name, statement in _PARTS.items():
            given = {**values, **marks} if name == "idempotency_keys" else values
            yield f',"{name}":['.encode()
            first = True
            async for rows in ctx.reader.stream(
                statement, _text, tenant=tenant, size=_SIZE, within=_LONGEST, **given
            ):
                yield (b"" if first else b",") + ",".join(rows).encode()
                first = False
            yield b"]"
    yield b"}\n"


def _text(value: str) -> str:
    return value
