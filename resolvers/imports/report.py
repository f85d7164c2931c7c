"""Report: what an import did."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Refunds:
    """The refunds of a file: what was stored, and how all of them are linked to orders."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    by_reference: int = 0
    by_amount: int = 0
    unlinked: int = 0

    @property
    def total(self) -> int:
        return self.inserted + self.updated + self.unchanged


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import of `kind` (orders, customers, events, rates, members) did.

    `rows` counts the file's records, `rejected` those that were not imported, `warnings` cells and records
    that were left out without harm. `inserted`, `updated` and `unchanged` count what the kind says; `guests`
    the orders of the file without a customer, `future` those later than now. `revenue` is net of refunds, by
    currency, of paid orders in the file with a customer, `guest_revenue` of those without. `mapping` is field
    to column; `unused` are the other columns.
    """

    kind: str
    file: Path
    format: str
    tenant: int
    tenant_name: str
    tenant_created: bool
    currency: str
    rows: int
    rejected: int
    warnings: int
    rejects: Path | None
    changed: bool
    dry_run: bool
    seconds: float
    mapping: dict[str, str]
    unused: list[str]
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    customers: int = 0
    customers_new: int = 0
    guests: int = 0
    future: int = 0
    refunds: Refunds = field(default_factory=Refunds)
    revenue: dict[str, Decimal] = field(default_factory=dict)
    guest_revenue: dict[str, Decimal] = field(default_factory=dict)
    first_day: date | None = None
    last_day: date | None = None
