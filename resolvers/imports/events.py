"""Events: what customers did, by month."""

from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from connectors.files import Column
from connectors.files.batch import pc
from connectors.files.cells import Cells, mask, texts, without
from connectors.files.fields import EVENTS
from kit.db import Work
from kit.page import microseconds
from resolvers.event_types.types import Types, built_in_problem
from resolvers.imports.ahead import AHEAD, ahead
from resolvers.imports.job import Counts, Job, Kind
from resolvers.imports.options import ImportOptions, Progress, silent
from resolvers.imports.report import ImportReport
from resolvers.imports.run import run
from resolvers.imports.sheet import Sheet
from resolvers.imports.statements import statement
from resolvers.intake.orders import Purchase, upsert_orders
from resolvers.live.announce import MOST_EVENTS, events_stored
from resolvers.privacy.staged import leave_out_events
from resolvers.writes.checks import Check
from resolvers.writes.json_object import sealed


def import_events(
    work: Work, path: Path, options: ImportOptions, progress: Progress = silent
) -> ImportReport:
    """Import events in one transaction. One that is there already, by time and message id, stays as it is.

    Customers that are named and not known yet are added. Raises as `import_orders` does.
    """
    return run(work, path, options, progress, _KIND)


def objects(column: Column) -> Cells:
    """JSON objects, as text."""
    values = texts(column)
    coded = values.dictionary_encode()
    fits = pa.array([_is_object(text) for text in coded.dictionary.to_pylist()], pa.bool_())
    bad = mask(pc.invert(fits.take(coded.indices)))
    return Cells(without(values, bad), bad, lambda text: "not a JSON object that can be stored")


def _is_object(text: str) -> bool:
    try:
        return sealed(Check(), "properties", orjson.loads(text)) is not None
    except orjson.JSONDecodeError:
        return False


def _read(job: Job, sheet: Sheet) -> dict[str, Any]:
    occurred = sheet.times("occurred_at", required=True)
    sheet.reject("occurred_at", ahead(occurred, job.shop.time_zone), AHEAD)
    kinds = sheet.read("event_type", required=True)
    properties = pc.fill_null(sheet.read("properties", objects), "{}")
    _check(job.rules, sheet, kinds, properties)
    return {
        "line": pa.array(sheet.lines),
        "message_id": sheet.read("message_id", required=sheet.has("message_id")),
        "customer": sheet.read("customer_id"),
        "event_type": kinds,
        "occurred_at": occurred.instant,
        "occurred_local": occurred.local,
        "properties": properties,
    }


def _check(types: Types, sheet: Sheet, kinds: Column, properties: Column) -> None:
    """Reject the rows whose type is not known, or whose properties do not hold to it."""
    found: dict[tuple[str, str], list[int]] = {}
    for row, (kind, text) in enumerate(zip(kinds.to_pylist(), properties.to_pylist(), strict=True)):
        if sheet.rejected[row]:
            continue
        held = orjson.loads(text)
        problem = types.problem(kind, held) or built_in_problem(kind, held)
        if problem is not None:
            of_type = problem.field == "type" or not sheet.has("properties")
            field = "event_type" if of_type else "properties"
            where = f"{'.'.join(problem.path)}: " if problem.path else ""
            found.setdefault((field, f"{where}{problem.message.rstrip('.')}"), []).append(row)
    for (field, reason), rows in found.items():
        bad = np.zeros(len(sheet), np.bool_)
        bad[rows] = True
        sheet.reject(field, bad, reason)


def _store(job: Job) -> Counts:
    work = job.work
    job.tell("grouping")
    job.expect_bulk()
    leave_out_events(job)
    job.check_share()
    customers = work.count(statement("event_named"))
    new = job.add_customers(customers)
    work.run(statement("event_months"))
    first, last, future = work.run(statement("event_days"))[0]
    total = work.count(statement("event_match"))
    inserted = job.store_slices("storing", "import_event", "event_insert", total)
    _store_orders(job)
    _announce(job, inserted)
    return {
        "inserted": inserted,
        "unchanged": job.rows - job.rejects.rows - inserted,
        "customers": customers,
        "customers_new": new,
        "first_day": first,
        "last_day": last,
        "future": future,
        "changed": bool(new or inserted),
    }


def _store_orders(job: Job) -> None:
    """Add the orders that new purchases tell of, or bring them up to date."""
    purchases = [
        Purchase.of(orjson.loads(properties), at, customer, job.shop.currency)
        for _, at, customer, properties in job.work.run(statement("event_purchases"))
    ]
    if purchases:
        upsert_orders(job.work, job.shop.id, purchases)


def _announce(job: Job, inserted: int) -> None:
    """Tell of the new events: each of a small file, only the number of a large one."""
    if not inserted:
        return
    keys = job.work.run(_KEYS) if inserted <= MOST_EVENTS else []
    told = [(microseconds(at), message_id) for at, message_id in keys]
    events_stored(job.work, job.shop.id, told, inserted)


_KEYS = "SELECT DISTINCT occurred_at, message_id FROM import_event ORDER BY occurred_at, message_id"
_KIND = Kind(
    "events",
    EVENTS,
    "event_tables",
    "import_row",
    _read,
    _store,
    prepare=lambda job: Types.of(job.work),
    outdates=False,
)
