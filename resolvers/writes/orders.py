"""Orders and refunds from a caller, by the rules of the import of orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb

from kit.db import Statement, Work
from resolvers.context import Ctx
from resolvers.imports.links import link_refunds
from resolvers.imports.statements import statement
from resolvers.imports.tenant import mark_changed
from resolvers.tenants import TenantRow
from resolvers.writes.batch import write
from resolvers.writes.checks import Check
from resolvers.writes.customers import refuse_twice
from resolvers.writes.outcome import CREATED, REJECTED, UNCHANGED, UPDATED, Outcome
from resolvers.writes.people import CustomerReference, People, check_reference

_STATUSES = ("pending", "paid", "cancelled")
_STAGE = Statement(
    "INSERT INTO import_group (external_id, line, customer, currency, placed_at, net, status, items, "
    "given_at, given, refund_of) "
    "SELECT external_id, line, customer, currency, placed_at, net, status, items, given_at, given, refund_of "
    "FROM jsonb_to_recordset(%(rows)s) AS row (external_id text, line bigint, customer text, currency text, "
    "placed_at timestamptz, net numeric, status text, items integer, given_at timestamptz, given numeric, "
    "refund_of text)",
    False,
    {},
)
_ORDERS = Statement("SELECT external_id, id FROM import_order", False, {})
_REFUNDS = Statement("SELECT external_id, id FROM import_refund", False, {})
_WHOLE = {"first": "(0,0)", "end": "(4294967295,0)"}


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order by the shop's own id. Without a customer it is a guest's; None of the rest stays as it was."""

    external_id: str
    placed_at: datetime
    amount: Decimal
    currency: str | None = None
    status: str | None = None
    items: int | None = None
    customer: CustomerReference | None = None


@dataclass(frozen=True, slots=True)
class RefundRecord:
    """Money given back, by the shop's own id. `order` is the external id of the order it undoes, if known."""

    external_id: str
    refunded_at: datetime
    amount: Decimal
    currency: str | None = None
    order: str | None = None
    customer: CustomerReference | None = None


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

    def checked(owner: TenantRow, record: OrderRecord) -> tuple[Check, dict[str, Any]]:
        check = Check()
        code = _currency(check, record.currency, owner)
        if record.items is not None and not 0 <= record.items < 2**31:
            check.wrong("items", "0 to 2,147,483,647 are accepted.")
        if record.status is not None and record.status not in _STATUSES:
            check.wrong("status", f"Accepted are {', '.join(_STATUSES)}.")
        row = {
            "external_id": check.identifier("external_id", record.external_id),
            "placed_at": check.moment("placed_at", record.placed_at).isoformat(),
            "net": str(check.amount("amount", record.amount, code)),
            "currency": code,
            "status": record.status,
            "items": record.items,
        }
        return check, row

    def store(work: Work, owner: TenantRow) -> list[Outcome]:
        found = [checked(owner, each) for each in records]
        return _store(work, owner, records, found, _ORDERS, create=create_customers)

    operation = "orders, customers created" if create_customers else "orders"
    return await write(ctx, tenant, operation, records, store, key=key)


async def upsert_refunds(
    ctx: Ctx, tenant: int, records: Sequence[RefundRecord], *, key: str | None = None
) -> list[Outcome]:
    """Add or change refunds; an outcome each, in their order. Raises as `batch.write` does.

    A refund that names no order goes to the latest order of the same customer and amount, as in an import.
    """

    def checked(owner: TenantRow, record: RefundRecord) -> tuple[Check, dict[str, Any]]:
        check = Check()
        code = _currency(check, record.currency, owner)
        of = None if record.order is None else check.identifier("order_external_id", record.order)
        row = {
            "external_id": check.identifier("external_id", record.external_id),
            "given_at": check.moment("refunded_at", record.refunded_at).isoformat(),
            "given": str(check.amount("amount", record.amount, code, above_zero=True)),
            "currency": code,
            "refund_of": of,
        }
        return check, row

    def store(work: Work, owner: TenantRow) -> list[Outcome]:
        found = [checked(owner, each) for each in records]
        return _store(work, owner, records, found, _REFUNDS, create=False)

    return await write(ctx, tenant, "refunds", records, store, key=key)


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
    _name_customers(work, records, checked, create=create)
    rows = [{**row, "line": n} for n, (check, row) in enumerate(checked) if not check.problems]
    found: dict[str, Any] = {}
    if rows:
        work.run(statement("order_tables"))
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


def _currency(check: Check, given: str | None, owner: TenantRow) -> str:
    return owner.currency if given is None else check.currency("currency_code", given)


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
    for record, (check, _) in zip(records, checked, strict=True):
        check_reference(check, "customer", record.customer)
    people = People(
        work,
        [
            None if check.problems else record.customer
            for record, (check, _) in zip(records, checked, strict=True)
        ],
    )
    for record, (check, row) in zip(records, checked, strict=True):
        if record.customer is None or check.problems:
            continue
        person = people.find(record.customer)
        if person is not None:
            row["customer"] = person.external_id
        elif create and record.customer.external_id is not None:
            row["customer"] = record.customer.external_id.strip()
        else:
            check.wrong("customer", "The tenant has no such customer.", "NOT_FOUND")
