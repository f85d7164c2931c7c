"""Orders and refunds from a caller, by the rules of the import of orders."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias, TypeVar

from psycopg.types.json import Jsonb

from kit.db import Statement, Work
from kit.text import storable
from kit.unset import UNSET, Maybe
from resolvers.context import Ctx
from resolvers.imports.links import link_refunds
from resolvers.imports.statements import statement
from resolvers.imports.tenant import mark_changed
from resolvers.privacy.erased import CODE, Erased
from resolvers.tenants import TenantRow
from resolvers.writes.batch import write
from resolvers.writes.checks import Check
from resolvers.writes.customers import refuse_twice
from resolvers.writes.outcome import CREATED, REJECTED, UNCHANGED, UPDATED, Outcome
from resolvers.writes.people import CustomerReference, People, check_reference

_STATUSES = ("pending", "paid", "cancelled")
_STAGE = Statement(
    "INSERT INTO import_group (external_id, line, customer, currency, placed_at, net, status, items, "
    "given_at, given, refund_of, cleared) "
    "SELECT external_id, line, customer, currency, placed_at, net, status, items, given_at, given, "
    "refund_of, cleared "
    "FROM jsonb_to_recordset(%(rows)s) AS row (external_id text, line bigint, customer text, "
    "currency text, placed_at timestamptz, net numeric, status text, items integer, given_at timestamptz, "
    "given numeric, refund_of text, cleared boolean)",
    False,
    {},
)
_KNOWN_ORDERS, _KNOWN_REFUNDS = (
    Statement(
        "SELECT known.external_id, currency, customer.external_id "  # noqa: S608
        f"FROM {table} AS known LEFT JOIN customer "
        "ON customer.tenant_id = %(tenant_id)s AND customer.id = known.customer_id "
        "WHERE known.tenant_id = %(tenant_id)s AND known.external_id = ANY (%(external_ids)s)",
        True,
        {},
    )
    for table in ("customer_order", "refund")
)
_ORDERS = Statement("SELECT external_id, id FROM import_order", False, {})
_REFUNDS = Statement("SELECT external_id, id FROM import_refund", False, {})
_WHOLE = {"first": "(0,0)", "end": "(4294967295,0)"}


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order by the shop's own id. What is unset stays as it was; without a customer it is a guest's."""

    external_id: str
    placed_at: datetime
    amount: Decimal
    currency: Maybe[str] = UNSET
    status: Maybe[str] = UNSET
    items: Maybe[int] = UNSET
    customer: Maybe[CustomerReference] = UNSET


@dataclass(frozen=True, slots=True)
class RefundRecord:
    """Money given back, by the shop's own id. What is unset stays as it was.

    `order` is the external id of the order it undoes, if known.
    """

    external_id: str
    refunded_at: datetime
    amount: Decimal
    currency: Maybe[str] = UNSET
    order: Maybe[str] = UNSET
    customer: Maybe[CustomerReference] = UNSET


class _Known(NamedTuple):
    """What stands of an order or a refund: its currency, and the external id of its customer."""

    currency: str
    customer: str | None = None


R = TypeVar("R", OrderRecord, RefundRecord)
_Checked: TypeAlias = Callable[[Check, R, str], dict[str, Any]]


async def upsert_orders(
    ctx: Ctx,
    tenant: int,
    records: Sequence[OrderRecord],
    *,
    create_customers: bool = False,
    key: str | None = None,
) -> list[Outcome]:
    """Add or change orders; an outcome each, in their order. Raises as `batch.write` does.

    Customers whom the tenant does not know by the external id given are added with `create_customers`;
    without it their orders are rejected.
    """

    def store(work: Work, owner: TenantRow) -> list[Outcome]:
        found = _checked_all(work, owner, records, _KNOWN_ORDERS, _checked_order)
        return _store(work, owner, records, found, _ORDERS, create=create_customers)

    choice = ", customers created" if create_customers else ""
    return await write(ctx, tenant, "orders", records, store, key=key, choice=choice)


async def upsert_refunds(
    ctx: Ctx, tenant: int, records: Sequence[RefundRecord], *, key: str | None = None
) -> list[Outcome]:
    """Add or change refunds; an outcome each, in their order. Raises as `batch.write` does.

    A refund that names no order goes to the latest order of the same customer and amount, as in an import.
    """

    def store(work: Work, owner: TenantRow) -> list[Outcome]:
        found = _checked_all(work, owner, records, _KNOWN_REFUNDS, _checked_refund)
        return _store(work, owner, records, found, _REFUNDS, create=False)

    return await write(ctx, tenant, "refunds", records, store, key=key)


def _checked_all(
    work: Work, owner: TenantRow, records: Sequence[R], known: Statement, checked: _Checked[R]
) -> list[tuple[Check, dict[str, Any]]]:
    """Each record's checks and its row, filled up with what stands."""
    names = [each.external_id.strip() for each in records]
    rows = work.run(known, {"external_ids": [each for each in names if storable(each)]})
    standing = {name: _Known(*rest) for name, *rest in rows}
    new = _Known(owner.currency)
    found = []
    for name, record in zip(names, records, strict=True):
        check, stands = Check(), standing.get(name, new)
        row = checked(check, record, _currency(check, record.currency, stands))
        row["external_id"] = check.identifier("external_id", record.external_id)
        row["customer"] = stands.customer if record.customer is UNSET else None
        found.append((check, row))
    return found


def _checked_order(check: Check, record: OrderRecord, currency: str) -> dict[str, Any]:
    items = None if record.items is UNSET else record.items
    if items is not None and not 0 <= items < 2**31:
        check.wrong("items", "0 to 2,147,483,647 are accepted.")
    if record.status is None:
        check.wrong("status", "It cannot be null; leave it out to keep what there is.")
    elif record.status is not UNSET and record.status not in _STATUSES:
        check.wrong("status", f"Accepted are {', '.join(_STATUSES)}.")
    return {
        "placed_at": check.moment("placed_at", record.placed_at).isoformat(),
        "net": str(check.amount("amount", record.amount, currency)),
        "currency": currency,
        "status": None if record.status is UNSET else record.status,
        "items": items,
        "cleared": record.items is None,
    }


def _checked_refund(check: Check, record: RefundRecord, currency: str) -> dict[str, Any]:
    named = None if record.order is UNSET else record.order
    return {
        "given_at": check.moment("refunded_at", record.refunded_at).isoformat(),
        "given": str(check.amount("amount", record.amount, currency, above_zero=True)),
        "currency": currency,
        "refund_of": None if named is None else check.identifier("order_external_id", named),
        "cleared": record.order is None,
    }


def _store(
    work: Work,
    owner: TenantRow,
    records: Sequence[OrderRecord | RefundRecord],
    checked: Sequence[tuple[Check, dict[str, Any]]],
    became: Statement,
    *,
    create: bool,
) -> list[Outcome]:
    """Write the records without problems, as an import writes those of a file."""
    checks = [check for check, _ in checked]
    refuse_twice("external_id", [each.external_id for each in records], checks)
    _refuse_erased(work, checked)
    _name_customers(work, records, checked, create=create)
    rows = [{**row, "line": n} for n, (check, row) in enumerate(checked) if not check.problems]
    found: dict[str, Any] = {}
    if rows:
        work.run(statement("order_tables"))
        work.run(statement("link_tables"))
        work.run(_STAGE, {"rows": Jsonb(rows)})
        work.count(statement("order_named"))
        added = work.count(statement("order_customers"), _WHOLE)
        work.count(statement("order_match"))
        work.count(statement("order_insert"), _WHOLE)
        work.count(statement("order_update"))
        work.run(statement("refund_match"))
        work.count(statement("refund_update"))
        work.count(statement("refund_insert"))
        found = dict(work.run(became))
        if found or added:
            link_refunds(work)
            mark_changed(work, owner.id)
    return [_outcome(check, row["external_id"], found) for check, row in checked]


def _refuse_erased(work: Work, checked: Sequence[tuple[Check, dict[str, Any]]]) -> None:
    """An order of an erased customer is there already, without them."""
    names = [row["external_id"] for check, row in checked if not check.problems]
    erased = Erased(work).among("order", names)
    for check, row in checked:
        if row["external_id"] in erased:
            check.wrong("external_id", "It is of a customer who was erased, and stays as it is.", CODE)


def _currency(check: Check, given: Maybe[str], stands: _Known) -> str:
    if given is None:
        check.wrong("currency_code", "It cannot be null; leave it out to keep what there is.")
    return check.currency("currency_code", given) if isinstance(given, str) else stands.currency


def _outcome(check: Check, external_id: str, found: dict[str, Any]) -> Outcome:
    if check.problems:
        return Outcome(REJECTED, problems=tuple(check.problems))
    if external_id not in found:
        return Outcome(UNCHANGED, (external_id,))
    return Outcome(CREATED if found[external_id] is None else UPDATED, (external_id,))


def _name_customers(
    work: Work,
    records: Sequence[OrderRecord | RefundRecord],
    checked: Sequence[tuple[Check, dict[str, Any]]],
    *,
    create: bool,
) -> None:
    references = [None if each.customer is UNSET else each.customer for each in records]
    for reference, (check, _) in zip(references, checked, strict=True):
        check_reference(check, "customer", reference)
    people = People(
        work,
        [
            None if check.problems else reference
            for reference, (check, _) in zip(references, checked, strict=True)
        ],
    )
    for reference, (check, row) in zip(references, checked, strict=True):
        if reference is None or check.problems:
            continue
        person = people.find(reference)
        if person is not None:
            row["customer"] = person.external_id
        elif people.is_erased(reference):
            row["customer"] = None
        elif create and reference.external_id is not None:
            row["customer"] = reference.external_id.strip()
        else:
            check.wrong("customer", "The tenant has no such customer.", "NOT_FOUND")
