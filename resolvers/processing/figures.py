"""Write down what a run found over time: sales by period, and cohorts."""

from dataclasses import dataclass
from pathlib import Path

from kit.db import Work, load
from kit.db.arrays import AMOUNT_SCALE, Amount, Int4, Int8
from resolvers.processing.orders import Orders
from scoring.cohorts import Cohorts, cohorts
from scoring.sales import Periods, by_interval

_SQL = Path(__file__).parent.parent.parent / "models" / "sql"
_SALES = load(_SQL / "process_sales.sql")
_COHORTS = load(_SQL / "process_cohorts.sql")


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Sales by interval, and cohorts."""

    sales: dict[str, Periods]
    cohorts: Cohorts

    @classmethod
    def of(cls, orders: Orders) -> "Figures":
        """From what has been read of a tenant's orders."""
        return cls(
            sales=by_interval(orders.daily, orders.customers),
            cohorts=cohorts(orders.customers, orders.history.adjustment),
        )

    def counts(self) -> dict[str, int]:
        """How many rows of each kind a run stores. A run's report that lacks this has stored none."""
        return {name: len(found) for name, found in self.sales.items()} | {"cohort": len(self.cohorts)}


def write_figures(work: Work, run_id: int, figures: Figures, scale: int) -> None:
    """Write the run's figures, of money counted in 1/scale; call it in the transaction that lets it stand."""
    unit = AMOUNT_SCALE // scale
    for interval, found in figures.sales.items():
        values = {
            "run_id": run_id,
            "period": interval,
            "day": Int4(found.start),
            "orders": Int8(found.orders),
            "revenue": Amount(found.revenue * unit),
            "refunds": Amount(found.refunds * unit),
            "new_customers": Int8(found.new_customers),
            "returning_customers": Int8(found.returning_customers),
            "left_out": Int8(found.left_out),
        }
        work.run(_SALES, values)
    cells = figures.cohorts
    values = {
        "run_id": run_id,
        "day": Int4(cells.start),
        "months_since": Int4(cells.months_since),
        "customers": Int8(cells.customers),
        "revenue": Amount(cells.revenue * unit),
    }
    work.run(_COHORTS, values)
