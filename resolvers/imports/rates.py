"""Rates: what a unit of another currency was worth, from which day on."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from connectors.files import Fault
from connectors.files.fields import RATES
from connectors.files.numbers import rates
from connectors.files.words import currencies
from kit.db import Work
from resolvers.imports.job import Counts, Job, Kind
from resolvers.imports.options import ImportOptions, Progress, silent
from resolvers.imports.report import ImportReport
from resolvers.imports.run import run
from resolvers.imports.sheet import Sheet
from resolvers.imports.statements import statement


def import_rates(work: Work, path: Path, options: ImportOptions, progress: Progress = silent) -> ImportReport:
    """Import exchange rates in one transaction; a day's rate that differs is replaced.

    Raises as `import_orders` does.
    """
    return run(work, path, options, progress, _KIND)


def _read(job: Job, sheet: Sheet) -> dict[str, Any]:
    valid = sheet.times("date", required=True)
    return {
        "line": pa.array(sheet.lines),
        "currency": sheet.read("currency", currencies, required=True),
        "valid_at": valid.instant,
        "valid_local": valid.local,
        "rate": sheet.read(
            "rate", lambda column: rates(column, decimal_comma=job.options.decimal_comma), required=True
        ),
    }


def _store(job: Job) -> Counts:
    work = job.work
    job.tell("storing")
    work.run(statement("rate_group"))
    column = job.chosen.columns["rate"]
    reason = "the file has different rates for this currency and day"
    job.rejects.add(Fault(line, column, rate, reason) for line, rate in work.run(statement("rate_refused")))
    job.check_share()
    updated = work.count(statement("rate_update"))
    inserted = work.count(statement("rate_insert"))
    total, first, last = work.run(statement("rate_summary"))[0]
    return {
        "inserted": inserted,
        "updated": updated,
        "unchanged": total - inserted - updated,
        "first_day": first,
        "last_day": last,
        "changed": bool(inserted or updated),
    }


_KIND = Kind("rates", RATES, "rate_tables", "import_row", _read, _store)
