"""What a query asks of a field."""

from abc import ABC, abstractmethod
from collections.abc import Container, Iterable

from strawberry.types.nodes import FragmentSpread, InlineFragment, SelectedField, Selection

from schema.context import Info


class Planned(ABC):
    """An info of a field whose subfields are known from its plan."""

    @property
    @abstractmethod
    def subfields(self) -> Container[str]:
        """The names of the schema of all that it is asked for."""

    @property
    @abstractmethod
    def columns(self) -> tuple[str, ...] | None:
        """What `columns_of` tells of it."""


def selects(info: Info, name: str) -> bool:
    """Whether the field being resolved is asked for a subfield of this name, fragments included."""
    if isinstance(info, Planned):
        return name in info.subfields
    return any(_has(field.selections, name) for field in info.selected_fields)


def columns_of(info: Info) -> tuple[str, ...] | None:
    """The columns of its rows that all that a connection is asked for is made of; None where there is more.

    A use case that is asked for these alone may give a page whose rows are plain tuples of them.
    """
    return info.columns if isinstance(info, Planned) else None


def _has(selections: Iterable[Selection], name: str) -> bool:
    for each in selections:
        if isinstance(each, SelectedField) and each.name == name:
            return True
        if isinstance(each, FragmentSpread | InlineFragment) and _has(each.selections, name):
            return True
    return False
