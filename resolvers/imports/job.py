"""Job: one import under way, and what every kind of import shares."""

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pyarrow as pa
from psycopg import sql
from pyarrow import csv

from connectors.files import Batch, Chosen, Fault, Reader, Rejects, choose
from connectors.files.fields import Field
from connectors.files.shapes import Shape
from kit.db import Work
from kit.errors import FailedError
from resolvers.imports.options import ImportOptions, Progress, Step
from resolvers.imports.sheet import Sheet
from resolvers.imports.slices import slices
from resolvers.imports.statements import statement
from resolvers.imports.tenant import Shop

_MANY = 2_000
"""Rows from which joins read whole tables."""

Counts = dict[str, Any]
"""Some of the fields of the report."""


class Kind(NamedTuple):
    """A kind of import: its fields, its temporary tables and the one that rows are copied to, how a batch
    becomes such rows, and how those are stored. `settle` has the last word on the columns; with `everything`
    those that are no field are read as well. `prepare` makes the `rules` that rows are read by. With
    `outdates` what it changes puts the scores out of date; `segment` is the one that it fills."""

    name: str
    fields: Sequence[Field]
    tables: str
    table: str
    read: Callable[["Job", Sheet], dict[str, Any]]
    store: Callable[["Job"], Counts]
    settle: Callable[["Job", Chosen], Chosen] = lambda job, chosen: chosen
    everything: bool = False
    prepare: Callable[["Job"], Any] = lambda job: None
    outdates: bool = True
    segment: int | None = None


@dataclass
class Job:
    """One import of a file."""

    work: Work
    path: Path
    options: ImportOptions
    progress: Progress
    rejects: Rejects
    reader: Reader
    kind: Kind
    shop: Shop = field(default_factory=lambda: Shop(0, "", "", "", created=False))
    chosen: Chosen = field(default_factory=lambda: Chosen({}, ()))
    rows: int = 0
    shapes: dict[str, Shape] = field(default_factory=dict)
    proven: set[str] = field(default_factory=set)
    rules: Any = None
    _wanted: list[int] = field(default_factory=list)

    def tell(self, stage: str, done: int = 0, total: int = 0) -> None:
        self.progress(Step(stage, done, total, self.rows))

    def stage(self) -> None:
        """Copy the file's rows into the temporary table, and note the bad ones."""
        query = f"COPY {self.kind.table} FROM STDIN (FORMAT csv)"
        with closing(self.reader), self.work.copy_in(query) as copy:
            for batch in self.reader.batches(self._select):
                copy.write(self._rows(batch))
                self.tell("reading", self.reader.position, self.reader.size)

    def expect_bulk(self) -> None:
        """Keep the planner from taking a large import for a small one.

        It knows nothing of what this transaction adds: a nested loop over it took 8 s where a hash join
        takes 0.05, and a hash table meant for 200 orders spills again and again where sorting is steady.
        """
        if self.rows > _MANY:
            self.work.run("SET LOCAL enable_nestloop = off; SET LOCAL enable_hashagg = off")

    def keep_off_autovacuum(self, *tables: str) -> None:
        """Have nobody analyze these tables while a large import fills them; readers and writers go on.

        Autovacuum cannot see what is not committed: it has called a table empty that held 400,000 new rows,
        and every foreign key check then read all of an index. A running one gives way within a second. Where
        another import holds the lock, that serves as well.
        """
        if self.rows <= _MANY:
            return
        names = sql.SQL(", ").join(map(sql.Identifier, tables))
        with suppress(psycopg.errors.LockNotAvailable), self.work.connection.transaction():
            self.work.run("SET LOCAL lock_timeout = '3s'")
            self.work.connection.execute(
                sql.SQL("LOCK TABLE {} IN SHARE UPDATE EXCLUSIVE MODE").format(names)
            )
            self.work.run("SET LOCAL lock_timeout = DEFAULT")

    def add_customers(self, total: int) -> int:
        """Add those of `import_customer` that the tenant does not know; how many these were."""
        return self.store_slices("customers", "import_customer", "order_customers", total)

    def store_slices(self, stage: str, table: str, name: str, total: int) -> int:
        """Run a statement on a temporary table slice by slice, telling how far it is; rows it stored."""
        stored = 0
        for part, share in slices(self.work, table):
            self.tell(stage, round(share * total), total)
            stored += self.work.count(statement(name), part)
        return stored

    def check_share(self) -> None:
        """Raises FailedError when more of the rows were rejected than is allowed."""
        share = 100 * self.rejects.rows / max(self.rows, 1)
        if share <= self.options.max_rejects:
            return
        most = "; ".join(
            f"{f'{column}: ' if column else ''}{reason} ({count:,})"
            for (column, reason), count in self.rejects.reasons.most_common(3)
        )
        raise FailedError(
            f"{self.rejects.rows:,} of {self.rows:,} rows ({share:.1f} %) of {self.path.name} were "
            f"rejected, more than the {self.options.max_rejects:g} % allowed, so nothing was imported. "
            f"Reasons: {most}. See {self.rejects.path}, or allow more with --max-rejects."
        )

    def _select(self, names: Sequence[str]) -> Sequence[int]:
        chosen = choose(names, self.kind.fields, self.options.mapping, self.path.name)
        self.chosen = self.kind.settle(self, chosen)
        self._wanted = list(dict.fromkeys(self.chosen.at.values()))
        if self.kind.everything:
            self._wanted = list(range(len(names)))
        return self._wanted

    def _rows(self, batch: Batch) -> bytes:
        self.rows += len(batch.lines) + len(batch.faults)
        sheet = Sheet(self, batch.lines, dict(zip(self._wanted, batch.columns, strict=True)))
        table = pa.table(self.kind.read(self, sheet))
        self.rejects.add(sorted([*batch.faults, *sheet.faults()], key=_line))
        sink = pa.BufferOutputStream()
        csv.write_csv(table.filter(pa.array(sheet.staged)), sink, csv.WriteOptions(include_header=False))
        return sink.getvalue().to_pybytes()


def _line(fault: Fault) -> int:
    return fault.line
