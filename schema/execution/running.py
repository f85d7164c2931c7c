"""Runs a selection over all objects of a level: one column a field, not one value."""

from collections.abc import Iterator, Sequence
from typing import Any

from schema.execution.call import Call
from schema.execution.plan import Column, Field, Selection
from schema.execution.rows import Rows
from schema.execution.taking import Held, Read, all_of


def run_now(call: Call, selection: Selection, sources: Sequence[Any]) -> Column:
    """The answers of objects, where nothing is waited for."""
    rows = Rows(sources, selection.columns)
    return selection.make([*_columns(call, selection.fields, sources, rows)], len(sources))


async def run_later(call: Call, selection: Selection, sources: Sequence[Any]) -> Column:
    """The answers of objects. Fields that wait do so at the same time: what they ask for goes together."""
    if not selection.waits:
        return run_now(call, selection, sources)
    found: dict[str, Column] = {}
    for step in await all_of(_step(call, each, sources) for each in selection.steps):
        found.update(step)
    others = [each for each in selection.fields if not each.waits]
    found.update(
        zip((each.key for each in others), _columns(call, others, sources, Rows(sources)), strict=True)
    )
    return selection.make([found[each.key] for each in selection.fields], len(sources))


def _columns(call: Call, fields: Sequence[Field], sources: Sequence[Any], rows: Rows) -> Iterator[Column]:
    """The columns of fields that wait for nothing."""
    for each in fields:
        take = each.take
        column = take.of_rows(each, rows) if isinstance(take, Held) else take.now(call, each, sources)
        yield each.completion.now(call.below(each), column)


async def _step(call: Call, fields: Sequence[Field], sources: Sequence[Any]) -> dict[str, Column]:
    """The columns of a field, or of those that read the same."""
    first = fields[0]
    if len(fields) == 1 or not isinstance(first.take, Read):
        return {each.key: await _one(call, each, sources) for each in fields}
    values = await first.take.values(call, first, sources)
    found = {
        each.key: each.take.made(each, sources, values) for each in fields if isinstance(each.take, Read)
    }
    later = [each for each in fields if each.completion.waits]
    columns = await all_of(each.completion.later(call.below(each), found[each.key]) for each in later)
    answers = {each.key: column for each, column in zip(later, columns, strict=True)}
    for each in fields:
        if not each.completion.waits:
            answers[each.key] = each.completion.now(call.below(each), found[each.key])
    return answers


async def _one(call: Call, field: Field, sources: Sequence[Any]) -> Column:
    take, completion, below = field.take, field.completion, call.below(field)
    column = await take.later(call, field, sources) if take.waits else take.now(call, field, sources)
    return await completion.later(below, column) if completion.waits else completion.now(below, column)
