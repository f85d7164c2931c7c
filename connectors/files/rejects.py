"""Rejects: the rows that were not imported, in a CSV beside the file, with what was wrong in each."""

import csv
import os
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from connectors.files.batch import Fault
from kit.errors import InvalidInputError

_COLUMNS = ("line", "column", "value", "reason")
_SHOWN = 200


class Rejects:
    """Collects faults, counts the rows they cost, and writes them down as they come.

    Raises InvalidInputError at once where the file could not be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self.warnings = 0
        self.reasons: Counter[tuple[str, str]] = Counter()
        self._partial = path.with_name(f"{path.name}.partial")
        self._file: TextIO | None = None
        self._writer: Any = None
        self._check()

    def add(self, faults: Iterable[Fault]) -> None:
        """Note faults; all those of one row come one after the other."""
        last = 0
        for fault in faults:
            if fault.fatal:
                self.rows += fault.line != last
                last = fault.line
                self.reasons[fault.column, fault.reason] += 1
            else:
                self.warnings += 1
            self._write(fault)

    def close(self) -> Path | None:
        """Put the file in its place, or remove one of an earlier import if there is nothing to say."""
        if self._file is None:
            if self._ours():
                self.path.unlink(missing_ok=True)
            return None
        self._file.close()
        self._partial.replace(self.path)
        return self.path

    def discard(self) -> None:
        """Leave nothing behind."""
        if self._file is not None:
            self._file.close()
            with suppress(OSError):
                self._partial.unlink()

    def _write(self, fault: Fault) -> None:
        if self._file is None:
            self._file = self._partial.open("w", encoding="utf-8", newline="")
            self._writer = csv.writer(self._file, lineterminator="\n")
            self._writer.writerow(_COLUMNS)
        self._writer.writerow((fault.line, fault.column, fault.value[:_SHOWN], fault.reason))

    def _ours(self) -> bool:
        """Whether the file of that name is one that an import wrote: nothing else may be lost to it."""
        head = ",".join(_COLUMNS).encode()
        try:
            with self.path.open("rb") as file:
                return file.read(len(head)) == head
        except OSError:
            return False

    def _check(self) -> None:
        folder = self.path.parent
        if not folder.is_dir():
            problem = f"the folder {folder} does not exist"
        elif self.path.is_dir():
            problem = f"{self.path} is a folder"
        elif not os.access(folder, os.W_OK):
            problem = f"the folder {folder} may not be written to"
        elif self.path.exists() and not self._ours():
            problem = f"{self.path} is there already and holds something else"
        else:
            return
        raise InvalidInputError(
            "rejects", f"Rejected rows could not be written down: {problem}. Say where with --rejects PATH."
        )
