"""Events: what customers did, by month."""

from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from connectors.files import Column
from connectors.files.batch import pc
from connectors.files.cells import Cells, mask, texts, without
from connectors.files.fields import EVENTS
from kit.db import Work
from resolvers.imports.job import Counts, Job, Kind
from resolvers.imports.options import ImportOptions, Progress, silent
from resolvers.imports.report import ImportReport
from resolvers.imports.run import run
from resolvers.imports.sheet import Sheet
from resolvers.imports.statements import statement
from resolvers.live.announce import MOST_EVENTS, EventKey, events_stored


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
    if not text.startswith("{") or "\\u0000" in text:
        return False
    try:
        return isinstance(orjson.loads(text), dict)
    except orjson.JSONDecodeError:
        return False


def _read(job: Job, sheet: Sheet) -> dict[str, Any]:
    occurred = sheet.times("occurred_at", required=True)
    return {
        "line": pa.array(sheet.lines),
        "message_id": sheet.read("message_id", required=sheet.has("message_id")),
        "customer": sheet.read("customer_id"),
        "event_type": sheet.read("event_type", required=True),
        "occurred_at": occurred.instant,
        "occurred_local": occurred.local,
        "properties": pc.fill_null(sheet.read("properties", objects), "{}"),
    }


def _store(job: Job) -> Counts:
    work = job.work
    job.tell("grouping")
    job.expect_bulk()
    customers = work.count(statement("event_named"))
    new = job.add_customers(customers)
    work.run(statement("event_months"))
    first, last, future = work.run(statement("event_days"))[0]
    total = work.count(statement("event_match"))
    inserted = job.store_slices("storing", "import_event", "event_insert", total)
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


def _announce(job: Job, inserted: int) -> None:
    """Tell of the new events: each of a small file, only the number of a large one."""
    if not inserted:
        return
    keys = job.work.run(_KEYS) if inserted <= MOST_EVENTS else []
    events_stored(job.work, job.shop.id, [EventKey(*row) for row in keys], inserted)


_KEYS = "SELECT DISTINCT occurred_at, message_id FROM import_event ORDER BY occurred_at, message_id"
_KIND = Kind("events", EVENTS, "event_tables", "import_row", _read, _store)
