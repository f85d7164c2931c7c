"""Write a run's scores beside the standing ones, let them stand, and remove the old."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from numpy.typing import NDArray

from kit.db import Statement, Work, connect_for_work
from kit.db.arrays import AMOUNT_SCALE, COPY_HEAD, COPY_TAIL, Amount, Column, Float8, Int2, Int4, Int8, rows
from models.score import RISKS, SEGMENTS, TIERS
from scoring.analysis import Analysis
from scoring.transactions import Customers

Columns = dict[str, tuple[type[Column], NDArray[Any]]]

_BLOCK = 20_000
_WRITERS = 2
_WORTH_A_WRITER = 20_000

_KINDS = {Int8: "bigint", Int4: "integer", Int2: "smallint", Float8: "float8", Amount: "numeric(19, 4)"}

# Column of the table -> the expression over a row of the stage that fills it. The stage's names are its own.
_ORDERS = {
    "first_order_on": "date '1970-01-01' + first_day",
    "last_order_on": "date '1970-01-01' + last_day",
    "frequency": "purchases",
}
_COLUMNS = {
    "rfm": {
        "recency_days": "recency",
        "monetary": "revenue",
        "recency_score": "r",
        "frequency_score": "f",
        "monetary_score": "m",
        "segment": "(%(segments)s::text[])[segment_code + 1]",
    },
    "clv": {
        "historical_value": "historical",
        "expected_value": "expected",
        "predicted_value": "predicted",
        "clv_tier": "(%(tiers)s::text[])[tier + 1]",
    },
    "churn": {
        "churn_probability": "nullif(probability, 'NaN')",
        "alive_probability": "nullif(p_alive, 'NaN')",
        "churn_risk": "(%(risks)s::text[])[risk + 1]",
    },
}

_STAND = Statement(
    "INSERT INTO score_current (tenant_id, run_id) VALUES (%(tenant_id)s, %(run_id)s) "
    "ON CONFLICT (tenant_id) DO UPDATE SET run_id = excluded.run_id",
    True,
    {},
)
_SWEEP = Statement(
    "DELETE FROM customer_score WHERE tenant_id = %(tenant_id)s AND run_id = ANY (ARRAY("
    "SELECT id FROM score_run WHERE tenant_id = %(tenant_id)s AND status <> 'running')) "
    "AND run_id <> (SELECT coalesce(max(run_id), 0) FROM score_current WHERE tenant_id = %(tenant_id)s)",
    True,
    {},
)


def write_scores(
    url: str, tenant: int, run_id: int, customers: Customers, analysis: Analysis, scale: int
) -> None:
    """Write the run's rows, which nobody sees before `stand`. Large tenants take two connections.

    Money is counted in 1/`scale`, which divides 10,000.
    """
    writers = _WRITERS if len(customers) > _WORTH_A_WRITER else 1
    with ThreadPoolExecutor(writers) as pool:
        size = -(-len(customers) // writers)
        parts = [slice(start, start + size) for start in range(0, len(customers), max(size, 1))]
        columns = _columns(customers, analysis)
        ran = [name for name in _COLUMNS if getattr(analysis, name) is not None]
        written = [pool.submit(_write, url, tenant, run_id, columns, ran, scale, part) for part in parts]
        for each in written:
            each.result()


def stand(work: Work, run_id: int) -> None:
    """Let the run's scores stand: from the commit of this transaction on, readers see them."""
    work.run(_STAND, {"run_id": run_id})


def sweep(work: Work) -> None:
    """Remove the rows of runs that do not stand: the one before, and what killed runs have left."""
    work.run(_SWEEP)


def _write(
    url: str, tenant: int, run_id: int, columns: Columns, ran: list[str], scale: int, part: slice
) -> None:
    names = ", ".join(f"{name} {_KINDS[kind]}" for name, (kind, _) in columns.items())
    # `stand` is committed after this and durably, which makes this durable too.
    with connect_for_work(url) as work, work.transaction(tenant, durable=False):
        work.run(f"CREATE TEMPORARY TABLE stage ({names}) ON COMMIT DROP")
        with work.copy_in("COPY stage FROM STDIN (FORMAT binary)") as copy:
            copy.write(COPY_HEAD)
            for block in _blocks(part, len(columns["customer"][1])):
                copy.write(rows([_column(kind, values[block], scale) for kind, values in columns.values()]))
            copy.write(COPY_TAIL)
        constants = {"segments": list(SEGMENTS), "tiers": list(TIERS), "risks": list(RISKS)}
        work.run(_insert(ran), {"run_id": run_id, **constants})


def _column(kind: type[Column], values: NDArray[Any], scale: int) -> Column:
    return kind(values * (AMOUNT_SCALE // scale)) if kind is Amount else kind(values)


def _blocks(part: slice, total: int) -> Iterator[slice]:
    stop = min(part.stop, total)
    for start in range(part.start, stop, _BLOCK):
        yield slice(start, min(start + _BLOCK, stop))


def _columns(customers: Customers, analysis: Analysis) -> Columns:
    """Name of a stage's column -> its kind and values."""
    columns: Columns = {
        "customer": (Int8, customers.id),
        "first_day": (Int4, customers.first_day),
        "last_day": (Int4, customers.last_day),
        "purchases": (Int4, customers.frequency),
    }
    if (rfm := analysis.rfm) is not None:
        columns |= {
            "recency": (Int4, customers.recency_days),
            "revenue": (Amount, customers.monetary),
            "r": (Int2, rfm.r),
            "f": (Int2, rfm.f),
            "m": (Int2, rfm.m),
            "segment_code": (Int4, rfm.segment),
        }
    if (clv := analysis.clv) is not None:
        columns |= {
            "historical": (Amount, clv.historical_value),
            "expected": (Amount, clv.expected_value),
            "predicted": (Amount, clv.predicted_value),
            "tier": (Int4, clv.tier),
        }
    if (churn := analysis.churn) is not None:
        columns |= {
            "probability": (Float8, churn.probability),
            "p_alive": (Float8, churn.p_alive),
            "risk": (Int4, churn.risk),
        }
    return columns


def _insert(ran: list[str]) -> Statement:
    """From the stage into the table; the columns of analyses that did not run stay null."""
    targets = _ORDERS | {name: value for each in ran for name, value in _COLUMNS[each].items()}
    text = (
        f"INSERT INTO customer_score (tenant_id, run_id, customer_id, {', '.join(targets)}) "  # noqa: S608
        f"SELECT %(tenant_id)s, %(run_id)s, customer, {', '.join(targets.values())} FROM stage"
    )
    return Statement(text, True, {})
