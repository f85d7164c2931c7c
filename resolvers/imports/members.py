"""Members: who is put into a static segment."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectors.files import Chosen, Column, Fault, missing
from connectors.files.batch import pc
from connectors.files.cells import Cells, emails, ids, mask, texts, without
from connectors.files.fields import MEMBERS
from kit.db import Work
from kit.errors import InvalidInputError, NotFoundError
from models.segment import STATIC
from resolvers.imports.job import Counts, Job, Kind
from resolvers.imports.options import ImportOptions, Progress, silent
from resolvers.imports.report import ImportReport
from resolvers.imports.run import run
from resolvers.imports.sheet import Read, Sheet
from resolvers.imports.statements import statement
from resolvers.segments.members import put
from resolvers.segments.write import LOCK

_SLICE = 20_000
_MARKED = "^'([=+@\t\r\n\uff1d\uff0b\uff0d\uff20-])"
"""What an export has put an apostrophe before, so that no spreadsheet takes it for a formula."""
_DISTINCT = "SELECT DISTINCT customer_id FROM import_member ORDER BY customer_id"


def import_members(
    work: Work, path: Path, options: ImportOptions, segment: int, progress: Progress = silent
) -> ImportReport:
    """Put the customers that a file names into a static segment, in one transaction; nobody is taken out.

    They are named by `customer_id`, the number that exports tell, by `external_id`, the shop's own, or by
    `email`: by the first of these columns that the file has. Raises NotFoundError for an unknown segment,
    InvalidInputError for one that is not static, and as `import_orders` does.
    """
    return run(work, path, options, progress, _kind(segment))


def _kind(segment: int) -> Kind:
    return Kind(
        "members",
        MEMBERS,
        "member_tables",
        "import_row",
        _read,
        partial(_store, segment=segment),
        settle=_settle,
        prepare=partial(_lock, segment=segment),
        outdates=False,
        segment=segment,
    )


def _lock(job: Job, *, segment: int) -> None:
    """Lock the segment's row until the end, and make sure that a file may fill it."""
    found = job.work.run(LOCK, {"segment": segment})
    if not found:
        raise NotFoundError.of("Segment", job.shop.id, segment)
    if found[0][0] != STATIC:
        told = (
            f"Segment {segment} is dynamic: who is in it follows from its criteria. Files fill static ones."
        )
        raise InvalidInputError("segment", told)


def _settle(job: Job, chosen: Chosen) -> Chosen:
    """The one column that tells who it is."""
    named = [field.name for field in MEMBERS if field.name in chosen.at]
    if not named:
        raise missing(MEMBERS[0], chosen.names, job.path.name)
    return chosen.without(*named[1:])


def numbers(column: Column) -> Cells:
    """Numbers of customers."""
    values = texts(column)
    bad = mask(pc.invert(pc.match_substring_regex(values, r"^[0-9]{1,18}$")))
    return Cells(without(values, bad), bad, lambda text: "not a customer's number; other ids are external_id")


def _unmarked(read: Read) -> Read:
    return lambda column: read(pc.replace_substring_regex(texts(column), _MARKED, r"\1"))


_READ = {"customer_id": numbers, "external_id": _unmarked(ids), "email": _unmarked(emails)}


def _read(job: Job, sheet: Sheet) -> dict[str, Any]:
    found = {name: sheet.read(name, read, required=sheet.has(name)) for name, read in _READ.items()}
    return {"line": pa.array(sheet.lines), **found}


def _parts(job: Job, customers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(customers), _SLICE):
        job.tell("storing", start, len(customers))
        yield customers[start : start + _SLICE]


def _store(job: Job, *, segment: int) -> Counts:
    work = job.work
    job.tell("grouping")
    job.expect_bulk()
    work.run(statement("member_match"))
    (column,) = job.chosen.columns.values()
    reason = "no customer of the tenant"
    job.rejects.add(Fault(line, column, text, reason) for line, text in work.run(statement("member_unknown")))
    job.check_share()
    customers = [number for (number,) in work.run(_DISTINCT)]
    inserted = put(work, job.shop.id, segment, _parts(job, customers))
    return {
        "inserted": inserted,
        "unchanged": len(customers) - inserted,
        "customers": len(customers),
        "changed": bool(inserted),
    }
