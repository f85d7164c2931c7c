"""Which columns of rows suffice for what is selected."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from strawberry.types.field import StrawberryField

from kit.columns import Columns
from schema.batching import NEEDS
from schema.connection import Connection
from schema.execution.arguments import BACK
from schema.execution.completing import Many, OneOf, Required, Single
from schema.execution.plan import Completion, Field, Selection, Take
from schema.execution.taking import Attribute, Batch, Constant, Held, LookUp, Read, Resolver
from schema.parts import Parts

_NODES = ("nodes", "node")
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
    """What `schema.selection` tells of a field: `columns_of`, and `columns_below` by the names below it.

    It is told of all that may be rows; whether they are, knows who asks.
    """
    inner = _inner(completion)
    if isinstance(inner, OneOf):
        return None, {each.selection.kind.name: _of_objects(each) for each in inner.by_type.values()}
    if not isinstance(inner, Single):
        return None, {}
    if issubclass(inner.python, Connection):
        return _of_connection(inner), _of_items(inner)
    if not isinstance(take, LookUp | Batch | Resolver):
        return None, {}
    waiting = chain.from_iterable(inner.selection.steps)
    return inner.selection.columns, {each.nodes[0].name.value: each.columns for each in waiting}


def _of_connection(found: Single) -> Columns | None:
    """The columns of the nodes, wherever they are selected."""
    needed = _together(_of_nodes(found.selection))
    return None if needed is None else needed._replace(keyed=bool(found.selection.names & _OF_PAGES))


def _of_items(found: Single) -> Mapping[str, Columns | None]:
    """The columns of what a connection's nodes of several types hold, by the type."""
    held: dict[str, list[Columns | None]] = {}
    for field in _of_page(found.selection):
        several = _inner(field.completion)
        for kind in several.by_type.values() if isinstance(several, OneOf) else ():
            fields = (each for each in kind.selection.fields if isinstance(each.take, Attribute))
            objects = (_single(each.completion) for each in fields)
            needed = (each.selection.columns for each in objects if each is not None)
            held.setdefault(kind.selection.kind.name, []).extend(needed)
    return {name: _together(needed) for name, needed in held.items()}


def _of_objects(found: Single) -> Columns | None:
    """The columns of rows that are wanted in objects, whatever these are asked for."""
    columns = found.selection.columns
    return None if columns is None else columns._replace(bare=False)


def _together(needed: Iterable[Columns | None]) -> Columns | None:
    """What suffices for all; None where one of them may need whole rows."""
    there = {*needed}
    names = tuple(sorted({name for each in there if each is not None for name in each.names}))
    bare = all(each is not None and each.bare and each.names == names for each in there)
    return None if None in there else Columns(names, bare, keyed=False)


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
    for field in _of_page(selection):
        name, found = field.nodes[0].name.value, _single(field.completion)
        if name in _NODES:
            yield None if found is None else found.selection.columns
        elif name not in _FREE:
            yield None


def _of_page(selection: Selection) -> Iterator[Field]:
    """The fields of a connection, and in the place of edges those of them."""
    for field in selection.fields:
        found = _single(field.completion)
        if field.nodes[0].name.value == "edges" and found is not None:
            yield from _of_page(found.selection)
        else:
            yield field


def _single(completion: Completion) -> Single | None:
    inner = _inner(completion)
    return inner if isinstance(inner, Single) else None


def _inner(completion: Completion) -> Completion:
    """What is completed of each, past lists and what must not be null."""
    while isinstance(completion, Required | Many):
        completion = completion.of
    return completion
