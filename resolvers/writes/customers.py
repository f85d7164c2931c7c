"""Customers from a caller: new ones, and what has changed of known ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from psycopg.types.json import Jsonb

from kit.db import Statement, Work
from resolvers.context import Ctx
from resolvers.imports.statements import statement
from resolvers.imports.tenant import mark_changed
from resolvers.tenants import TenantRow
from resolvers.writes.batch import write
from resolvers.writes.checks import Check, storable_json
from resolvers.writes.outcome import CREATED, REJECTED, UNCHANGED, UPDATED, Outcome

_LARGEST = 32_768
_STAGE = Statement(
    "INSERT INTO import_row (line, external_id, email, first_name, last_name, phone, created_at, attributes) "
    "SELECT line, external_id, email, first_name, last_name, phone, created_at, attributes "
    "FROM jsonb_to_recordset(%(rows)s) AS row (line bigint, external_id text, email text, first_name text, "
    "last_name text, phone text, created_at timestamptz, attributes jsonb)",
    False,
    {},
)
_FOUND = Statement("SELECT external_id, id, changed FROM import_person", False, {})
_WHOLE = {"first": "(0,0)", "end": "(4294967295,0)"}


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """A customer by the shop's own id. What is None stays as it was; attributes are added one by one."""

    external_id: str
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    created_at: datetime | None = None
    attributes: dict[str, Any] | None = None


async def upsert_customers(
    ctx: Ctx, tenant: int, records: Sequence[CustomerRecord], *, key: str | None = None
) -> list[Outcome]:
    """Add or change customers; an outcome each, in their order. Raises as `batch.write` does."""

    def store(work: Work, owner: TenantRow) -> list[Outcome]:
        checked = [_checked(each) for each in records]
        refuse_twice("external_id", [each.external_id for each in records], [check for check, _ in checked])
        rows = [{**row, "line": line} for line, (check, row) in enumerate(checked) if not check.problems]
        became = _store(work, rows) if rows else {}
        if any(each != UNCHANGED for each in became.values()):
            mark_changed(work, owner.id)
        return [
            Outcome(REJECTED, problems=tuple(check.problems))
            if check.problems
            else Outcome(became[row["external_id"]], (row["external_id"],))
            for check, row in checked
        ]

    return await write(ctx, tenant, "customers", records, store, key=key)


def _checked(record: CustomerRecord) -> tuple[Check, dict[str, Any]]:
    check = Check()
    row = {
        "external_id": check.identifier("external_id", record.external_id),
        "email": check.email("email", record.email),
        "first_name": check.text("first_name", record.first_name),
        "last_name": check.text("last_name", record.last_name),
        "phone": check.text("phone", record.phone),
        "created_at": None
        if record.created_at is None
        else check.moment("created_at", record.created_at).isoformat(),
        "attributes": check_object(check, "attributes", record.attributes),
    }
    return check, row


def check_object(check: Check, field: str, value: object) -> dict[str, Any] | None:
    """A JSON object of at most 32 KB and 100 levels, with nothing that cannot be stored."""
    if value is None:
        return None
    if not isinstance(value, dict):
        check.wrong(field, "A JSON object is accepted.")
        return None
    if not storable_json(value) or len(orjson.dumps(value)) > _LARGEST:
        told = "of at most 32 KB and 100 levels, without NUL in its texts and with numbers of 64 bits"
        check.wrong(field, f"A JSON object {told}, is accepted.")
        return None
    return value


def refuse_twice(field: str, identifiers: Sequence[str], checks: Sequence[Check]) -> None:
    """Of records with the same id only the first counts: which of two should win is not ours to guess."""
    seen: set[str] = set()
    for identifier, check in zip(identifiers, checks, strict=True):
        name = identifier.strip()
        if name in seen and not check.problems:
            check.wrong(field, f"'{name[:60]}' is in the list twice; only the first counts.")
        seen.add(name)


def _store(work: Work, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What became of each external id."""
    work.run(statement("customer_tables"))
    work.run(_STAGE, {"rows": Jsonb(rows)})
    work.run(statement("customer_match"))
    work.count(statement("customer_insert"), _WHOLE)
    work.count(statement("customer_update"))
    found = work.run(_FOUND)
    return {
        external_id: CREATED if number is None else UPDATED if changed else UNCHANGED
        for external_id, number, changed in found
    }
