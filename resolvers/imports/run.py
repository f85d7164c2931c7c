"""Run: one import from the look at the file to the report, in one transaction."""

from pathlib import Path
from time import monotonic

import psycopg

from connectors.files import Rejects, open_file
from connectors.files.shapes import given
from kit.db import Work
from kit.errors import CdpError, ConflictError, FailedError, InvalidInputError, UnavailableError
from resolvers.audit.change import Change
from resolvers.audit.record import record_work
from resolvers.imports.job import Counts, Job, Kind
from resolvers.imports.options import ImportOptions, Progress
from resolvers.imports.report import ImportReport
from resolvers.imports.statements import statement
from resolvers.imports.tenant import find_or_create, lock, mark_changed

_MEMORY = "SET LOCAL work_mem = '64MB'; SET LOCAL temp_buffers = '64MB'; SET LOCAL datestyle = 'ISO'"


def run(work: Work, path: Path, options: ImportOptions, progress: Progress, kind: Kind) -> ImportReport:
    """Import a file. Whatever goes wrong, nothing of it stays but the file of rejected rows."""
    started = monotonic()
    _check(options)
    reader = open_file(path, options.encoding)
    rejects = Rejects(options.rejects or path.with_name(f"{path.name}.rejects.csv"))
    job = Job(work, path, options, progress, rejects, reader, kind)
    counts: Counts = {}
    try:
        try:
            with work.transaction(options.tenant):
                counts.update(_import(job))
                if options.dry_run:
                    raise psycopg.Rollback
        except psycopg.Error as error:
            known = _translated(error)
            if known is None:
                raise
            raise known from error
    except FailedError:
        rejects.close()
        raise
    except BaseException:
        rejects.discard()
        raise
    return _report(job, counts, rejects.close(), monotonic() - started)


def _check(options: ImportOptions) -> None:
    if not 0 <= options.max_rejects <= 100:
        raise InvalidInputError(
            "max_rejects", f"--max-rejects is {options.max_rejects:g}; give a percentage from 0 to 100."
        )
    if options.date_format is not None:
        given(options.date_format)


def _import(job: Job) -> Counts:
    work, options = job.work, job.options
    work.run(_MEMORY)
    if not lock(work, options.tenant, wait=False):
        job.tell("waiting")
        lock(work, options.tenant, wait=True)
    job.shop = find_or_create(work, options.tenant, options.create, options.author)
    work.run(statement(job.kind.tables))
    job.rules = job.kind.prepare(job)
    job.stage()
    job.check_share()
    counts = job.kind.store(job)
    if counts["changed"] and job.kind.outdates:
        mark_changed(work, options.tenant)
    _record(job, counts)
    return counts


def _record(job: Job, counts: Counts) -> None:
    """One entry of the log for the whole file."""
    told = {name: value for name, value in counts.items() if type(value) is int}
    done = Change(
        f"{job.kind.name}Import",
        job.options.tenant,
        None if job.kind.segment is None else "Segment",
        job.kind.segment,
        after={"file": job.path.name},
        counts={"rows": job.rows, "rejected": job.rejects.rows, **told},
    )
    record_work(job.work, job.options.author, done)


def _translated(error: psycopg.Error) -> CdpError | None:
    """The error for the caller, without SQL. None: a bug of ours."""
    if isinstance(error, psycopg.DataError):
        return FailedError(
            f"Nothing was imported: the database refuses a value of the file ({error.diag.message_primary})."
        )
    if isinstance(error, psycopg.IntegrityError | psycopg.errors.TransactionRollback):
        return ConflictError(
            "Nothing was imported: another process changed the same records meanwhile. Run the import again."
        )
    if isinstance(error, psycopg.errors.DiskFull):
        return FailedError("Nothing was imported: the database has no room left for the file.")
    if isinstance(error, psycopg.OperationalError):
        return UnavailableError("Nothing was imported: the connection to the database was lost. Try again.")
    return None


def _report(job: Job, counts: Counts, rejects: Path | None, seconds: float) -> ImportReport:
    return ImportReport(
        kind=job.kind.name,
        file=job.path,
        format=job.reader.format,
        tenant=job.shop.id,
        tenant_name=job.shop.name,
        tenant_created=job.shop.created,
        currency=job.shop.currency,
        rows=job.rows,
        rejected=job.rejects.rows,
        warnings=job.rejects.warnings,
        rejects=rejects,
        dry_run=job.options.dry_run,
        seconds=seconds,
        mapping=job.chosen.columns,
        unused=list(job.chosen.unused),
        **counts,
    )
