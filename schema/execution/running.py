"""Runs a selection over all objects of a level: one column a field, not one value."""

from collections.abc import Sequence
from typing import Any

from schema.execution.call import Call
from schema.execution.plan import Column, Field, Selection
from schema.execution.taking import all_of


def run_now(call: Call, selection: Selection, sources: Sequence[Any]) -> Column:
    """The answers of objects, where nothing is waited for."""
    columns = [each.completion.now(call, each.take.now(call, each, sources)) for each in selection.fields]
    return selection.make(columns, len(sources))


async def run_later(call: Call, selection: Selection, sources: Sequence[Any]) -> Column:
    """The answers of objects. Fields that wait do so at the same time: what they ask for goes together."""
    if not selection.waits:
        return run_now(call, selection, sources)
    waiting = [each for each in selection.fields if each.waits]
    found = dict(
        zip(
            (each.key for each in waiting),
            await all_of(_one(call, each, sources) for each in waiting),
            strict=True,
        )
    )
    for each in selection.fields:
        if not each.waits:
            found[each.key] = each.completion.now(call, each.take.now(call, each, sources))
    return selection.make([found[each.key] for each in selection.fields], len(sources))


async def _one(call: Call, field: Field, sources: Sequence[Any]) -> Column:
    take, completion = field.take, field.completion
    column = await take.later(call, field, sources) if take.waits else take.now(call, field, sources)
    return await completion.later(call, column) if completion.waits else completion.now(call, column)
