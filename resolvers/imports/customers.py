"""Customers: who they are, in the shop's own words."""

from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from connectors.files import Column
from connectors.files.batch import pc
from connectors.files.cells import emails, mask, names
from connectors.files.fields import CUSTOMERS
from connectors.files.words import consents
from kit.db import Work
from models.consent import CHANNELS, LONGEST_SOURCE
from resolvers.imports.ahead import AHEAD, ahead
from resolvers.imports.job import Counts, Job, Kind
from resolvers.imports.options import ImportOptions, Progress, silent
from resolvers.imports.report import ImportReport
from resolvers.imports.run import run
from resolvers.imports.sheet import Sheet
from resolvers.imports.statements import statement
from resolvers.merging.staged import follow_people
from resolvers.privacy.staged import leave_out_people


def import_customers(
    work: Work, path: Path, options: ImportOptions, progress: Progress = silent
) -> ImportReport:
    """Import customers in one transaction; what a file leaves empty stays as it was.

    Columns that are no field become attributes. A bad e-mail, name, telephone or day costs the cell, not the
    row, and is written down with the rejects; a consent that cannot be read costs the row. Raises as
    `import_orders` does.
    """
    return run(work, path, options, progress, _KIND)


def _read(job: Job, sheet: Sheet) -> dict[str, Any]:
    created = sheet.times("created_at", soft=True)
    return {
        "line": pa.array(sheet.lines),
        "external_id": sheet.read("customer_id", required=True),
        "email": sheet.read("email", emails, soft=True),
        "first_name": sheet.read("first_name", names, soft=True),
        "last_name": sheet.read("last_name", names, soft=True),
        "phone": sheet.read("phone", names, soft=True),
        "created_at": created.instant,
        "created_local": created.local,
        "attributes": _attributes(job, sheet),
        **_consents(job, sheet),
    }


def _consents(job: Job, sheet: Sheet) -> dict[str, Any]:
    """What a row says of channels, as a JSON object of true and false, and where and when it was said.

    One that cannot be read costs the row: the customer may be refusing.
    """
    said = sheet.times("consent_at")
    sheet.reject("consent_at", ahead(said, job.shop.time_zone), AHEAD)
    source = sheet.read("consent_source", names)
    long = mask(pc.greater(pc.utf8_length(source), LONGEST_SOURCE))
    sheet.reject("consent_source", long, f"longer than {LONGEST_SOURCE} characters")
    told = {
        name: sheet.read(f"consent_{name}", consents) for name in CHANNELS if sheet.has(f"consent_{name}")
    }
    return {
        "consents": _objects(told, len(sheet)),
        "consent_source": source,
        "consent_at": said.instant,
        "consent_local": said.local,
    }


def _attributes(job: Job, sheet: Sheet) -> Any:
    """The other columns as a JSON object of texts a row; null where all are empty."""
    return _objects({name: sheet.other(at) for name, at in job.chosen.unused.items()}, len(sheet))


def _objects(columns: dict[str, Column], length: int) -> Any:
    """Columns as a JSON object of texts a row; null where all are empty."""
    if not columns:
        return pa.nulls(length, pa.string())
    rows = (
        {name: value for name, value in zip(columns, cells, strict=True) if value is not None}
        for cells in zip(*(each.to_pylist() for each in columns.values()), strict=True)
    )
    return pa.array([orjson.dumps(row).decode() if row else None for row in rows], pa.string())


def _store(job: Job) -> Counts:
    work = job.work
    job.tell("grouping")
    job.expect_bulk()
    leave_out_people(job)
    follow_people(work)
    job.check_share()
    work.run(statement("customer_match"))
    total = work.run(statement("customer_count"))[0][0]
    job.keep_off_autovacuum("customer")
    inserted = job.store_slices("storing", "import_person", "customer_insert", total)
    updated = work.count(statement("customer_update"))
    if any(f"consent_{channel}" in job.chosen.at for channel in CHANNELS):
        work.run(statement("consent_told"))
        updated += work.count(statement("consent_upsert"))
    return {
        "inserted": inserted,
        "updated": updated,
        "unchanged": total - inserted - updated,
        "customers": total,
        "customers_new": inserted,
        "changed": bool(inserted or updated),
    }


_KIND = Kind("customers", CUSTOMERS, "customer_tables", "import_row", _read, _store, everything=True)
