"""Which columns of rows suffice for what is selected."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from strawberry.types.field import StrawberryField

from kit.columns import Columns
from schema.batching import NEEDS
from schema.connection import Connection
from schema.execution.arguments import BACK
from schema.execution.completing import Many, Required, Single
from schema.execution.plan import Completion, Field, Selection, Take
from schema.execution.taking import Constant, Held, LookUp, Read
from schema.parts import Parts

_OF_PAGES = {"edges", "pageInfo", "totalCount"}
"""What a page is asked for that tells where its rows stand, or needs one that does."""
_FREE = {*_OF_PAGES, "cursor", "__typename"}
"""What a page or an edge is asked for that needs nothing of the rows themselves."""


def columns_of_all(fields: Sequence[Field]) -> Columns | None:
    """The columns that suffice for all fields of objects with rows; None where one may need others.

    Tuples of them do where every field is made of them, and of nothing else.
    """
    names: set[str] = set()
    for each in fields:
        needed = _needed(each)
        if needed is None:
            return None
        names.update(needed)
    bare = not any(each.waits for each in fields) and all(
        isinstance(each.take, Held | Constant) for each in fields
    )
    return Columns(tuple(sorted(names)), bare, keyed=False)


def columns_read(take: Take, completion: Completion) -> tuple[Columns | None, Mapping[str, Columns | None]]:
    """Those of what is looked up, with what the fields of that are told; or those of a connection's nodes.

    None where it is neither, and where something else is asked for that may need whole rows.
    """
    found = _single(completion)
    if found is not None and isinstance(take, LookUp):
        waiting = chain.from_iterable(found.selection.steps)
        return found.selection.columns, {each.nodes[0].name.value: each.columns for each in waiting}
    if found is None or not issubclass(found.python, Connection):
        return None, {}
    return _of_connection(found), {}


def _of_connection(found: Single) -> Columns | None:
    """The columns of the nodes, wherever they are selected."""
    needed = {*_of_nodes(found.selection)}
    if None in needed:
        return None
    there = [each for each in needed if each is not None]
    names = tuple(sorted({name for each in there for name in each.names}))
    bare = all(each.bare and each.names == names for each in there)
    return Columns(names, bare, keyed=bool(found.selection.names & _OF_PAGES))


def told_of_reading(step: tuple[Field, ...]) -> tuple[Field, ...]:
    """Fields that read the same, which are told of the columns that suffice for all of them, if some do."""
    names: set[str] = set()
    for each in step:
        if not isinstance(each.take, Read) or each.take.columns is None:
            return step
        names.update(each.take.columns)
    columns = Columns(tuple(sorted(names)), keyed=False)
    return tuple(replace(each, columns=columns) for each in step)


def bare(take: Take, completion: Completion) -> Take:
    """The same, without making objects where the columns that they are made of suffice."""
    found = _single(completion)
    columns = None if found is None else found.selection.columns
    if columns is None or not columns.bare:
        return take
    names = columns.names
    if isinstance(take, Held) and isinstance(take.make, Parts) and {*names} <= {*take.make.attributes}:
        return Held(take.names, take.make.bare(names))
    if isinstance(take, Read) and take.bare is not None:
        found_bare = take.bare(names)
        return Read(take.told, take.read, found_bare.make, columns=found_bare.columns)
    return take


def _needed(field: Field) -> Sequence[str] | None:
    """The columns of its objects' rows that a field needs; None where it may need all."""
    if isinstance(field.take, Held):
        return field.take.names
    if isinstance(field.take, Constant):
        return ()
    told = field.definition.extensions.get(BACK)
    return told.metadata.get(NEEDS) if isinstance(told, StrawberryField) else None


def _of_nodes(selection: Selection) -> Iterator[Columns | None]:
    """What is needed of the rows wherever nodes are selected; None of what may need whole rows."""
    for field in selection.fields:
        name, found = field.nodes[0].name.value, _single(field.completion)
        if name in ("nodes", "node"):
            yield None if found is None else found.selection.columns
        elif name == "edges" and found is not None:
            yield from _of_nodes(found.selection)
        elif name not in _FREE:
            yield None


def _single(completion: Completion) -> Single | None:
    while isinstance(completion, Required | Many):
        completion = completion.of
    return completion if isinstance(completion, Single) else None
