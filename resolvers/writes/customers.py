"""Customers from a caller: new ones, and what has changed of known ones."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from psycopg.types.json import Jsonb

from kit.db import Statement, Work
from kit.unset import UNSET, Maybe
from resolvers.context import Ctx
from resolvers.imports.statements import statement
from resolvers.imports.tenant import mark_changed
from resolvers.merging.staged import follow_people
from resolvers.merging.survivors import Survivors
from resolvers.privacy.erased import CODE, TOLD, Erased
from resolvers.tenants import TenantRow
from resolvers.writes.batch import write
from resolvers.writes.checks import Check
from resolvers.writes.consents import ConsentRecord, checked_consents, store_consents
from resolvers.writes.json_object import check_object
from resolvers.writes.outcome import CREATED, REJECTED, UNCHANGED, UPDATED, Outcome

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
    """A customer by the shop's own id. What is unset stays as it was; None takes away what there was.

    Attributes are added one by one; one that is None is taken away, and None for all of them all.
    Consents are changed channel by channel.
    """

    external_id: str
    email: Maybe[str] = UNSET
    first_name: Maybe[str] = UNSET
    last_name: Maybe[str] = UNSET
    phone: Maybe[str] = UNSET
    created_at: Maybe[datetime] = UNSET
    attributes: Maybe[dict[str, Any]] = UNSET
    consents: Maybe[Sequence[ConsentRecord]] = UNSET


async def upsert_customers(
    ctx: Ctx, tenant: int, records: Sequence[CustomerRecord], *, key: str | None = None
) -> list[Outcome]:
    """Add or change customers; an outcome each, in their order. Raises as `batch.write` does.

    A record of a merged customer fills in what the survivor lacks; its outcome is the survivor's.
    """

    def store(work: Work, owner: TenantRow) -> list[Outcome]:
        checked = [_checked(each) for each in records]
        refuse_twice("external_id", [each.external_id for each in records], [check for check, _ in checked])
        _refuse_erased(work, checked)
        good = [row for check, row in checked if not check.problems]
        meant = _meant(work, [row["external_id"] for row in good])
        consents = [{**each, "of": meant[row["external_id"]]} for row in good for each in row["consents"]]
        rows = [{**row, "line": line} for line, row in enumerate(good)]
        became = _store(work, rows, consents) if rows else {}
        if any(each != UNCHANGED for each in became.values()):
            mark_changed(work, owner.id)
        return [_outcome(check, meant.get(row["external_id"], ""), became) for check, row in checked]

    return await write(ctx, tenant, "customers", records, store, key=key)


def _meant(work: Work, names: Sequence[str]) -> dict[str, str]:
    """The external ids by which those are called now whom records name."""
    merged = Survivors(work).by_external_id(names)
    return {each: merged[each].external_id if each in merged else each for each in names}


def _outcome(check: Check, name: str, became: Mapping[str, Any]) -> Outcome:
    if check.problems:
        return Outcome(REJECTED, problems=tuple(check.problems))
    return Outcome(became[name], (name,))


def _refuse_erased(work: Work, checked: Sequence[tuple[Check, dict[str, Any]]]) -> None:
    """Who was erased does not come back, neither by their external id nor by their e-mail."""
    erased = Erased(work)
    good = [row for check, row in checked if not check.problems]
    names = erased.among("customer", [row["external_id"] for row in good])
    emails = erased.among("email", [row["email"] for row in good if row.get("email")])
    for check, row in checked:
        if row["external_id"] in names:
            check.wrong("external_id", TOLD, CODE)
        elif row.get("email") in emails:
            check.wrong("email", TOLD, CODE)


def _checked(record: CustomerRecord) -> tuple[Check, dict[str, Any]]:
    check = Check()
    row: dict[str, Any] = {"external_id": check.identifier("external_id", record.external_id)}
    for name, read in (
        ("email", check.email),
        ("first_name", check.text),
        ("last_name", check.text),
        ("phone", check.text),
        ("created_at", _moment(check)),
        ("attributes", partial(check_object, check)),
    ):
        value = getattr(record, name)
        if value is not UNSET:
            row[name] = read(name, value)
    agreed = [] if record.consents is UNSET else checked_consents(check, record.consents)
    return check, {**_with_removals(row), "consents": agreed}


def _moment(check: Check) -> Callable[[str, datetime | None], str | None]:
    def read(field: str, value: datetime | None) -> str | None:
        return None if value is None else check.moment(field, value).isoformat()

    return read


def _with_removals(row: dict[str, Any]) -> dict[str, Any]:
    """The row with the names of what it takes away: fields, and attributes."""
    attributes = row.get("attributes") or {}
    removed = [name for name, value in attributes.items() if value is None]
    if removed:
        row["attributes"] = {name: value for name, value in attributes.items() if value is not None}
    return row | {"cleared": [name for name, value in row.items() if value is None], "removed": removed}


def refuse_twice(field: str, identifiers: Sequence[str], checks: Sequence[Check]) -> None:
    """Of records with the same id only the first counts: which of two should win is not ours to guess."""
    seen: set[str] = set()
    for identifier, check in zip(identifiers, checks, strict=True):
        name = identifier.strip()
        if name in seen and not check.problems:
            check.wrong(field, f"'{name[:60]}' is in the list twice; only the first counts.")
        seen.add(name)


def _store(work: Work, rows: list[dict[str, Any]], consents: list[dict[str, Any]]) -> dict[str, Any]:
    """What became of each external id."""
    work.run(statement("customer_tables"))
    work.run(_STAGE, {"rows": Jsonb(rows)})
    follow_people(work)
    work.run(statement("customer_match"))
    if any(row["cleared"] or row["removed"] for row in rows):
        work.count(statement("customer_clear"), {"rows": Jsonb(rows)})
    work.count(statement("customer_insert"), _WHOLE)
    work.count(statement("customer_update"))
    store_consents(work, consents)
    found = work.run(_FOUND)
    return {
        external_id: CREATED if number is None else UPDATED if changed else UNCHANGED
        for external_id, number, changed in found
    }
