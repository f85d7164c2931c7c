"""Slices: a large temporary table in parts, so that storing it can be watched."""

from collections.abc import Iterator

from kit.db import Work

_PAGES = "SELECT pg_relation_size(%(table)s::regclass) / current_setting('block_size')::bigint"
_SLICE = 512
"""Pages of 8 kB at a time, some 40,000 orders."""


def slices(work: Work, table: str) -> Iterator[tuple[dict[str, object], float]]:
    """The bounds of each slice as `first` and `end` row addresses, and the share of the table before it."""
    pages = int(work.run(_PAGES, {"table": table})[0][0])
    for first in range(0, pages, _SLICE):
        end = min(first + _SLICE, pages)
        yield {"first": f"({first},0)", "end": f"({end},0)"}, first / pages
