"""Orders: a file's rows or lines as orders, refunds and the customers they name."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from connectors.files import Chosen, Fault, missing
from connectors.files.batch import pc
from connectors.files.cells import mask
from connectors.files.fields import ORDERS
from connectors.files.numbers import amounts, counts
from connectors.files.words import currencies, kinds, statuses
from kit.db import Work
from kit.money import UNUSUAL
from resolvers.imports.job import Counts, Job, Kind
from resolvers.imports.links import link_refunds
from resolvers.imports.options import ImportOptions, Progress, silent
from resolvers.imports.report import ImportReport, Refunds
from resolvers.imports.run import run
from resolvers.imports.sheet import Sheet
from resolvers.imports.statements import statement
from resolvers.merging.staged import follow_orders
from resolvers.privacy.erased import REASON
from resolvers.privacy.staged import leave_out_orders

_PROBLEMS = {
    "row": "another row of this order was rejected",
    "customer": "the rows of this order name different customers",
    "currency": "the rows of this order have different currencies",
    "total": "the total of this order has more than 15 digits before the point",
    "erased": REASON,
}
_UNITS = {"unusual": list(UNUSUAL), "digits": list(UNUSUAL.values())}


def import_orders(
    work: Work, path: Path, options: ImportOptions, progress: Progress = silent
) -> ImportReport:
    """Import orders, or lines that make up orders, credits and refunds, in one transaction.

    Raises InvalidInputError for a file, column, date or currency that cannot be read, NotFoundError for an
    unknown tenant, ConflictError for one that differs from `options.create`, FailedError when more than
    `options.max_rejects` percent of the rows are wrong. Nothing has changed then.
    """
    return run(work, path, options, progress, _KIND)


def _settle(job: Job, chosen: Chosen) -> Chosen:
    """An amount is worth what it says; else lines are; a quantity without a price is the order's items."""
    by_hand = job.options.mapping
    lines = {"qty", "unit_price"} <= set(chosen.at)
    if lines and ("amount" not in chosen.at or not by_hand.get("amount")):
        return chosen.without("amount")
    if "amount" not in chosen.at:
        amount = next(field for field in ORDERS if field.name == "amount")
        raise missing(amount, chosen.names, job.path.name)
    if "qty" in chosen.at and "items" not in chosen.at and "items" not in by_hand:
        return Chosen({**chosen.at, "items": chosen.at["qty"]}, chosen.names).without("qty", "unit_price")
    return chosen.without("qty", "unit_price")


def _read(job: Job, sheet: Sheet) -> dict[str, Any]:
    def number(column: Any) -> Any:
        return amounts(column, decimal_comma=job.options.decimal_comma)

    order_id = sheet.read("order_id", required=sheet.has("order_id"))
    placed = sheet.times("placed_at", required=True)
    kind = sheet.read("kind", kinds)
    columns = {
        "line": pa.array(sheet.lines),
        "order_id": order_id,
        "customer": sheet.read("customer_id"),
        "placed_at": placed.instant,
        "placed_local": placed.local,
        "amount": sheet.read("amount", number, required=sheet.has("amount")),
        "qty": sheet.read("qty", number, required=sheet.has("qty")),
        "unit_price": sheet.read("unit_price", number, required=sheet.has("unit_price")),
        "currency": pc.fill_null(sheet.read("currency", currencies), job.shop.currency),
        "credit": pc.fill_null(pc.equal(kind, "credit"), False),
        "status": sheet.read("status", statuses),
        "items": sheet.read("items", counts, soft=True),
        "refund_of": sheet.read("refund_of"),
    }
    sheet.telling = mask(pc.is_valid(order_id))
    return {**columns, "bad": pa.array(sheet.rejected)}


def _store(job: Job) -> Counts:
    work = job.work
    work.run(statement("link_tables"))
    job.tell("grouping")
    job.expect_bulk()
    if "order_id" not in job.chosen.at:
        work.run("ANALYZE import_row")
        work.run(statement("order_number"))
    work.run(statement("order_group"), {**_UNITS, "by_line": "qty" in job.chosen.at})
    work.run("ANALYZE import_group")
    leave_out_orders(job)
    follow_orders(work)
    _refuse(job)
    job.check_share()
    job.keep_off_autovacuum("customer", "customer_order")
    customers = work.count(statement("order_named"))
    new = job.add_customers(customers)
    summary = _summary(job)
    changes = _store_orders(job, summary.pop("count"))
    refunds = _store_refunds(job)
    changed = bool(
        new or changes["inserted"] or changes["updated"] or refunds["inserted"] or refunds["updated"]
    )
    if changed:
        job.tell("linking")
        link_refunds(work)
    by_reference, by_amount, unlinked = work.run(statement("refund_summary"))[0]
    links = {"by_reference": by_reference, "by_amount": by_amount, "unlinked": unlinked}
    refunds["unchanged"] = sum(links.values()) - refunds["inserted"] - refunds["updated"]
    return {
        **summary,
        **changes,
        "changed": changed,
        "customers": customers,
        "customers_new": new,
        "refunds": Refunds(**refunds, **links),
    }


def _refuse(job: Job) -> None:
    """Rows that go down with their order, and credits that give nothing back."""
    name = job.chosen.columns.get("order_id", "order_id")
    refused = job.work.stream(statement("order_refused"), {})
    job.rejects.add(
        Fault(line, name, "" if problem == "erased" else order, _PROBLEMS[problem])
        for line, order, problem in refused
    )
    empty = job.work.run(statement("order_empty"))
    reason = "a credit of nothing, or one that was not paid out; it is left out"
    job.rejects.add(Fault(line, name, order, reason, fatal=False) for line, order in empty)


def _summary(job: Job) -> Counts:
    rows = job.work.run(statement("order_summary"))
    return {
        "count": sum(row[1] for row in rows),
        "guests": sum(row[2] for row in rows),
        "revenue": {row[0]: row[3] for row in rows},
        "guest_revenue": {row[0]: row[4] for row in rows if row[2] or row[4]},
        "first_day": min((row[5] for row in rows), default=None),
        "last_day": max((row[6] for row in rows), default=None),
        "future": sum(row[7] for row in rows),
    }


def _store_orders(job: Job, total: int) -> Counts:
    found = job.work.count(statement("order_match"))
    inserted = job.store_slices("storing", "import_order", "order_insert", total)
    updated = job.work.count(statement("order_update")) if inserted < found else 0
    return {"inserted": inserted, "updated": updated, "unchanged": total - inserted - updated}


def _store_refunds(job: Job) -> Counts:
    job.work.run(statement("refund_match"))
    updated = job.work.count(statement("refund_update"))
    return {"inserted": job.work.count(statement("refund_insert")), "updated": updated}


_KIND = Kind("orders", ORDERS, "order_tables", "import_row", _read, _store, _settle)
