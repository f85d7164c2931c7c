"""What a query asks of a field."""

from abc import ABC, abstractmethod
from collections.abc import Container, Iterable

from strawberry.types.nodes import FragmentSpread, InlineFragment, SelectedField, Selection

from kit.columns import Columns
from schema.context import Info


class Planned(ABC):
    """An info of a field whose subfields are known from its plan."""

    @property
    @abstractmethod
    def subfields(self) -> Container[str]:
        """The names of the schema of all that it is asked for."""

    @property
    @abstractmethod
    def columns(self) -> Columns | None:
        """What `columns_of` tells of it."""

    @abstractmethod
    def columns_below(self, name: str) -> Columns | None:
        """What `columns_below` tells of it."""


def selects(info: Info, name: str) -> bool:
    """Whether the field being resolved is asked for a subfield of this name, fragments included."""
    if isinstance(info, Planned):
        return name in info.subfields
    return any(_has(field.selections, name) for field in info.selected_fields)


def columns_of(info: Info) -> Columns | None:
    """The columns of rows that suffice for all that a field is asked for; None where others may be needed.

    The rows are those of what the field finds, of a connection's nodes, or of what is read with others.
    """
    return info.columns if isinstance(info, Planned) else None


def columns_below(info: Info, name: str) -> Columns | None:
    """The same of a field of this name below what is found; those that read the same are told alike.

    Of objects of several types, by the name of one: of its rows, or, of a connection's nodes, of the rows of
    what these hold.
    """
    return info.columns_below(name) if isinstance(info, Planned) else None


def _has(selections: Iterable[Selection], name: str) -> bool:
    for each in selections:
        if isinstance(each, SelectedField) and each.name == name:
            return True
        if isinstance(each, FragmentSpread | InlineFragment) and _has(each.selections, name):
            return True
    return False
