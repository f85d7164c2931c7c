"""Which columns of rows suffice for what is selected."""

from collections.abc import Iterator, Sequence

from schema.connection import Connection
from schema.execution.completing import Many, Required, Single
from schema.execution.plan import Completion, Field, Selection
from schema.execution.taking import Constant, Held

Columns = tuple[str, ...]


def columns_of_all(fields: Sequence[Field]) -> Columns | None:
    """The columns that all fields of objects with rows are made of; None where one needs more than these."""
    takes = [each.take for each in fields]
    if any(each.waits for each in fields) or not all(isinstance(each, Held | Constant) for each in takes):
        return None
    return tuple(sorted({name for each in takes if isinstance(each, Held) for name in each.names}))


def columns_of_nodes(completion: Completion) -> Columns | None:
    """Those of a connection's nodes, wherever they are selected; None where it is none, or they differ."""
    found = _single(completion)
    if found is None or not issubclass(found.python, Connection):
        return None
    needed = {each.columns for each in _nodes(found.selection)}
    return needed.pop() if len(needed) == 1 else () if not needed else None


def _nodes(selection: Selection) -> Iterator[Selection]:
    for field in selection.fields:
        found = _single(field.completion)
        if found is not None and field.nodes[0].name.value in ("nodes", "node"):
            yield found.selection
        elif found is not None and field.nodes[0].name.value == "edges":
            yield from _nodes(found.selection)


def _single(completion: Completion) -> Single | None:
    while isinstance(completion, Required | Many):
        completion = completion.of
    return completion if isinstance(completion, Single) else None
