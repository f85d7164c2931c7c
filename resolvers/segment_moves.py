"""Moves between segments from one run to a later one: the migration matrix."""

import asyncio
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from kit.db import load
from kit.errors import InvalidInputError
from models.score import SEGMENTS
from resolvers import runs
from resolvers.context import READ, Ctx
from resolvers.run_list import stood_before
from resolvers.runs import RunRow

_MOVES = load(Path(__file__).parent.parent / "models" / "sql" / "segment_moves.sql")
_PLACE = {name: place for place, name in enumerate((*SEGMENTS, None))}

Moves = Counter[tuple[str | None, str | None]]
"""Customers by the segment they came from and the one they went to."""


class Cell(NamedTuple):
    """Customers who were in one segment as of the earlier run and in the other as of the later.

    None: not scored then, for want of a purchase.
    """

    from_segment: str | None
    to_segment: str | None
    customers: int


class Migration(NamedTuple):
    """Where the customers of two runs went. Cells without customers are left out."""

    earlier: RunRow
    later: RunRow
    cells: list[Cell]

    @property
    def stayed(self) -> int:
        """Customers in the same segment by both runs."""
        return sum(each.customers for each in self.cells if each.from_segment == each.to_segment)

    @property
    def entered(self) -> int:
        """Customers scored by the later run alone."""
        return sum(each.customers for each in self.cells if each.from_segment is None)

    @property
    def left(self) -> int:
        """Customers scored by the earlier run alone."""
        return sum(each.customers for each in self.cells if each.to_segment is None)

    @property
    def moved(self) -> int:
        """Customers in two different segments."""
        everyone = sum(each.customers for each in self.cells)
        return everyone - self.stayed - self.entered - self.left


class _Move(NamedTuple):
    earlier: int
    later: int
    origin: str | None
    destination: str | None
    customers: int


async def migration(
    ctx: Ctx, tenant: int, *, earlier: int | None = None, later: int | None = None
) -> Migration | None:
    """The matrix between two runs: by default the standing one and the one that stood before it.

    None where there are no two runs to compare and none was named. Raises InvalidInputError for a run that
    is unknown or has no segments, and where `earlier` did not end before `later`.
    """
    ctx.allow(tenant, READ)
    start, end = await asyncio.gather(_named(ctx, tenant, "from", earlier), _end(ctx, tenant, later))
    if end is not None and earlier is None:
        start = await ctx.loader("runs that stood before", tenant, stood_before).load(end.id)
    if start is None or end is None:
        return None
    if _ended(start) >= _ended(end):
        raise InvalidInputError(
            "from", f"Run {start.id} did not end before run {end.id}; give the earlier run as from."
        )
    counted = await ctx.loader("segment moves", tenant, moves).load((start.id, end.id))
    return Migration(start, end, _cells(counted, _segments(start), _segments(end)))


async def moves(ctx: Ctx, tenant: int, pairs: list[tuple[int, int]]) -> list[Moves]:
    """Batch function: the recorded moves between the runs of each pair, the earlier run first."""
    earlier, later = ([*each] for each in zip(*pairs, strict=True))
    rows = await ctx.reader.fetch(_MOVES, _Move, tenant=tenant, earlier=earlier, later=later)
    found: dict[tuple[int, int], Moves] = {pair: Counter() for pair in pairs}
    for row in rows:
        found[row.earlier, row.later][row.origin, row.destination] = row.customers
    return [found[pair] for pair in pairs]


async def _end(ctx: Ctx, tenant: int, later: int | None) -> RunRow | None:
    if later is None:
        return await runs.current_of(ctx, tenant, "rfm")
    return await _named(ctx, tenant, "to", later)


async def _named(ctx: Ctx, tenant: int, field: str, number: int | None) -> RunRow | None:
    """The run of this number, which must have segments."""
    if number is None:
        return None
    run = await runs.of_id(ctx, tenant, number)
    if run is None:
        raise InvalidInputError(field, f"Tenant {tenant} has no run {number}; give one of its own runs.")
    if run.rfm is None:
        why = "has not succeeded" if run.status != "succeeded" else "did not compute rfm"
        raise InvalidInputError(field, f"Run {number} {why}, so it has no segments; give one that has.")
    return run


def _ended(run: RunRow) -> tuple[datetime, int]:
    return run.finished_at or run.started_at, run.id


def _segments(run: RunRow) -> Counter[str]:
    rows = (run.rfm or {}).get("distribution", [])
    return Counter({row["segment"]: row["customer_count"] for row in rows})


def _cells(counted: Moves, before: Counter[str], after: Counter[str]) -> list[Cell]:
    """The matrix, from the moves and how many each segment held before and after.

    Who did not move stayed. Who came without a recorded move is new: the first segments after a run that
    scored nobody are no moves.
    """
    whole = counted.copy()
    del whole[None, None]
    for segment in SEGMENTS:
        left = sum(number for (origin, _), number in counted.items() if origin == segment)
        whole[segment, segment] += before[segment] - left
    for segment in SEGMENTS:
        held = sum(number for (_, destination), number in whole.items() if destination == segment)
        whole[None, segment] += after[segment] - held
    found = sorted(whole.items(), key=lambda item: (_PLACE[item[0][0]], _PLACE[item[0][1]]))
    return [Cell(*pair, number) for pair, number in found if number]
