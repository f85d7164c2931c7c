"""What an import did, for people and for programs."""

import json
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from kit.money import MINOR_DIGITS
from resolvers.imports.report import ImportReport

_THINGS = {
    "orders": ("order", "orders"),
    "customers": ("customer", "customers"),
    "events": ("event", "events"),
    "rates": ("exchange rate", "exchange rates"),
    "members": ("member", "members"),
}


def as_json(report: ImportReport) -> str:
    """The report as one JSON object; money as decimal text, days as 2024-01-31."""
    return json.dumps(asdict(report), default=str, ensure_ascii=False, indent=2)


def in_words(report: ImportReport) -> str:
    """The report as a few lines for a shop's owner."""
    lines = [_headline(report), *_details(report)]
    return "\n".join((lines[0], *(f"  {line}" for line in lines[1:])))


def _headline(report: ImportReport) -> str:
    shop = f"tenant {report.tenant} ({report.tenant_name})"
    if not report.changed and report.rejected == report.rows:
        return f"{report.file.name}: nothing was imported into {shop}: every row was rejected."
    if not report.changed:
        return f"{report.file.name}: nothing changed in {shop}: the file was already imported."
    verb = "Would have imported" if report.dry_run else "Imported"
    new = ", which is new" if report.tenant_created and not report.dry_run else ""
    return f"{verb} {report.file.name} into {shop}{new}."


def _details(report: ImportReport) -> list[str]:
    details = [_rows(report), _stored(report)]
    if report.kind == "orders":
        details += _orders(report)
    elif report.kind == "events" and report.customers_new:
        details.append(f"{_count(report.customers_new, 'customer', 'customers')} not known before")
    if report.first_day is not None:
        details.append(f"from {report.first_day} to {report.last_day}")
    if report.future:
        one, several = _THINGS[report.kind]
        details.append(f"{_count(report.future, one, several)} dated later than now")
    details.append(
        "columns: " + ", ".join(f"{field} from {column}" for field, column in report.mapping.items())
    )
    if report.unused:
        what = "kept as attributes" if report.kind == "customers" else "not used"
        details.append(f"{what}: {', '.join(report.unused)}")
    return details


def _rows(report: ImportReport) -> str:
    pace = report.rows / report.seconds if report.seconds else 0
    text = f"{report.rows:,} rows of {report.format} in {report.seconds:.1f} s ({pace:,.0f} rows/s)"
    if report.rejected:
        text += f", {report.rejected:,} rejected"
    if report.warnings:
        text += f", {report.warnings:,} with a value left out"
    return f"{text}; see {report.rejects}" if report.rejects else text


def _stored(report: ImportReport) -> str:
    one, several = _THINGS[report.kind]
    total = report.inserted + report.updated + report.unchanged
    return f"{_count(total, one, several)}: {_parts(report.inserted, report.updated, report.unchanged)}"


def _orders(report: ImportReport) -> list[str]:
    lines = []
    refunds = report.refunds
    if refunds.total:
        lines += [
            f"{_count(refunds.total, 'refund', 'refunds')}: "
            f"{_parts(refunds.inserted, refunds.updated, refunds.unchanged)}",
            f"of these {refunds.by_reference:,} undo the order they name, {refunds.by_amount:,} an order of "
            f"the same customer and amount, {refunds.unlinked:,} only lower the customer's revenue",
        ]
    lines.append(f"{_count(report.customers, 'customer', 'customers')}, {report.customers_new:,} of them new")
    lines += [f"net revenue of customers {_money(code, value)}" for code, value in report.revenue.items()]
    if report.guests:
        lines.append(f"{_count(report.guests, 'order', 'orders')} of guests")
    lines += [f"net revenue of guests {_money(code, value)}" for code, value in report.guest_revenue.items()]
    foreign = sorted({*report.revenue, *report.guest_revenue} - {report.currency})
    if foreign:
        lines.append(
            f"the shop counts in {report.currency}: orders in {', '.join(foreign)} are scored at the "
            "exchange rate of their day (cdp import rates) and left out where there is none"
        )
    return lines


def _parts(inserted: int, updated: int, unchanged: int) -> str:
    parts = [(inserted, "new"), (updated, "changed"), (unchanged, "as before")]
    said = [f"{count:,} {what}" for count, what in parts if count]
    return ", ".join(said) or "none"


def _count(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"


def _money(code: str, value: Decimal) -> str:
    shown: Any = f"{value:,.{MINOR_DIGITS.get(code, 2)}f}"
    return f"{code} {shown}"
