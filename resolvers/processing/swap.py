"""Write a run's scores beside the standing ones, let them stand, and remove the old."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.db import Statement, Work, connect_for_work
from kit.db.arrays import (
    AMOUNT_SCALE,
    COPY_HEAD,
    COPY_TAIL,
    Amount,
    Column,
    Date,
    Int2,
    Int4,
    Int8,
    Known,
    Label,
    rows,
)
from models.score import PARTITION, RISKS, SEGMENTS, TIERS
from resolvers.processing.control import Attempt
from scoring.analysis import Analysis
from scoring.transactions import Customers

Part = Callable[[slice], Column]

_COPY = 40_000
"""Rows of one COPY: more would pass the 16 MB of buffers that a COPY may fill before PostgreSQL makes it
write them out, and wait for the log, to fill them again."""
_BLOCK = 20_000
_WRITERS = 2
_WORTH_A_WRITER = 20_000

_STAND = Statement(
    "INSERT INTO score_current (tenant_id, run_id) VALUES (%(tenant_id)s, %(run_id)s) "
    "ON CONFLICT (tenant_id) DO UPDATE SET run_id = excluded.run_id",
    True,
    {},
)
_SWEPT = Statement(
    "UPDATE score_run SET swept = true WHERE tenant_id = %(tenant_id)s AND NOT swept "
    "AND status IN ('succeeded', 'failed') "
    "AND id <> (SELECT coalesce(max(run_id), 0) FROM score_current WHERE tenant_id = %(tenant_id)s) "
    "RETURNING id",
    True,
    {},
)
_SWEEPS = [
    Statement(
        f"DELETE FROM {table} WHERE tenant_id = %(tenant_id)s AND run_id = ANY (%(runs)s)",  # noqa: S608
        True,
        {},
    )
    for table in ("customer_score", "sales", "cohort")
]


def write_scores(
    url: str, tenant: int, attempt: Attempt, customers: Customers, analysis: Analysis, scale: int
) -> None:
    """Write the run's rows, which nobody sees before `stand`. Large tenants take two connections.

    Money is counted in 1/`scale`, which divides 10,000. Raises ConflictError where another attempt at the run
    has taken over, so that rows of two are never mixed.
    """
    columns = _columns(tenant, attempt.run_id, customers, analysis, scale)
    writers = _WRITERS if len(customers) > _WORTH_A_WRITER else 1
    with ThreadPoolExecutor(writers) as pool:
        size = -(-len(customers) // writers)
        parts = _cut(slice(0, len(customers)), size)
        written = [pool.submit(_write, url, tenant, attempt, columns, part) for part in parts]
        for each in written:
            each.result()


def stand(work: Work, run_id: int) -> None:
    """Let the run's scores stand: from the commit of this transaction on, readers see them."""
    work.run(_STAND, {"run_id": run_id})


def sweep(work: Work) -> None:
    """Remove the rows of runs that do not stand: the one before, and what killed runs have left."""
    runs = [run for (run,) in work.run(_SWEPT)]
    if runs:
        for each in _SWEEPS:
            work.run(each, {"runs": runs})


def _write(url: str, tenant: int, attempt: Attempt, columns: dict[str, Part], part: slice) -> None:
    copy_in = f"COPY {PARTITION} ({', '.join(columns)}) FROM STDIN (FORMAT binary)"
    # `stand` is committed after this and durably, which makes this durable too.
    with connect_for_work(url) as work, work.transaction(tenant, durable=False):
        attempt.claim(work)
        for command in _cut(part, _COPY):
            with work.copy_in(copy_in) as copy:
                copy.write(COPY_HEAD)
                for block in _cut(command, _BLOCK):
                    copy.write(rows([column(block) for column in columns.values()]))
                copy.write(COPY_TAIL)


def _cut(part: slice, size: int) -> Iterator[slice]:
    for start in range(part.start, part.stop, max(size, 1)):
        yield slice(start, min(start + size, part.stop))


def _of(kind: type[Column], values: NDArray[Any]) -> Part:
    return lambda part: kind(values[part])


def _same(value: int) -> Part:
    return lambda part: Int8(np.full(part.stop - part.start, value))


def _money(values: NDArray[Any], scale: int) -> Part:
    return lambda part: Amount(values[part] * (AMOUNT_SCALE // scale))


def _label(codes: NDArray[Any], names: tuple[str, ...]) -> Part:
    return lambda part: Label(codes[part], names)


def _columns(
    tenant: int, run_id: int, customers: Customers, analysis: Analysis, scale: int
) -> dict[str, Part]:
    """Column of the table -> what makes a slice of it; those of analyses that did not run stay null."""
    columns = {
        "tenant_id": _same(tenant),
        "run_id": _same(run_id),
        "customer_id": _of(Int8, customers.id),
        "first_order_on": _of(Date, customers.first_day),
        "last_order_on": _of(Date, customers.last_day),
        "recency_days": _of(Int4, customers.recency_days),
        "frequency": _of(Int4, customers.frequency),
        "monetary": _money(customers.monetary, scale),
        "purchase_value": _money(customers.transaction_value, scale),
    }
    if (rfm := analysis.rfm) is not None:
        columns |= {
            "recency_score": _of(Int2, rfm.r),
            "frequency_score": _of(Int2, rfm.f),
            "monetary_score": _of(Int2, rfm.m),
            "segment": _label(rfm.segment, SEGMENTS),
        }
    if (clv := analysis.clv) is not None:
        columns |= {
            "expected_value": _money(clv.expected_value, scale),
            "predicted_value": _money(clv.predicted_value, scale),
            "clv_tier": _label(clv.tier, TIERS),
        }
    if (churn := analysis.churn) is not None:
        columns |= {
            "churn_probability": _of(Known, churn.probability),
            "alive_probability": _of(Known, churn.p_alive),
            "churn_risk": _label(churn.risk, RISKS),
        }
    return columns
