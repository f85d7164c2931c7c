"""Which columns of rows suffice for what is selected."""

from collections.abc import Iterator, Sequence, Set

from schema.connection import Connection
from schema.execution.completing import Many, Required, Single
from schema.execution.plan import Completion, Field, Selection, Take
from schema.execution.taking import Constant, Held, Read
from schema.parts import Parts

Columns = tuple[str, ...]
_OF_EDGES = {"cursor", "__typename"}
_OF_PAGES = {"pageInfo", "totalCount", "__typename"}


def columns_of_all(fields: Sequence[Field]) -> Columns | None:
    """The columns that all fields of objects with rows are made of; None where one needs more than these."""
    takes = [each.take for each in fields]
    if any(each.waits for each in fields) or not all(isinstance(each, Held | Constant) for each in takes):
        return None
    return tuple(sorted({name for each in takes if isinstance(each, Held) for name in each.names}))


def columns_of_nodes(completion: Completion) -> Columns | None:
    """Those of a connection's nodes, wherever they are selected.

    None where it is none, where they differ, and where something else is asked for that may need whole rows.
    """
    found = _single(completion)
    if found is None or not issubclass(found.python, Connection):
        return None
    needed = {*_needed(found.selection, _OF_PAGES)}
    return needed.pop() if len(needed) == 1 else () if not needed else None


def bare(take: Take, completion: Completion) -> Take:
    """The same, without making objects where the columns that they are made of suffice."""
    found = _single(completion)
    columns = None if found is None else found.selection.columns
    if columns is None:
        return take
    if isinstance(take, Held) and isinstance(take.make, Parts) and {*columns} <= {*take.make.attributes}:
        return Held(take.names, take.make.bare(columns))
    if isinstance(take, Read) and take.bare is not None:
        return Read(take.told, take.read, take.bare(columns))
    return take


def _needed(selection: Selection, without_rows: Set[str]) -> Iterator[Columns | None]:
    """What each field needs of the rows, but those that need none."""
    for field in selection.fields:
        name, found = field.nodes[0].name.value, _single(field.completion)
        if name in ("nodes", "node"):
            yield None if found is None else found.selection.columns
        elif name == "edges" and found is not None:
            yield from _needed(found.selection, _OF_EDGES)
        elif name not in without_rows:
            yield None


def _single(completion: Completion) -> Single | None:
    while isinstance(completion, Required | Many):
        completion = completion.of
    return completion if isinstance(completion, Single) else None
