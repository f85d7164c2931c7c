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


def selects(info: Info, name: str) -> bool:
    """Whether the field being resolved is asked for a subfield of this name, fragments included."""
    if isinstance(info, Planned):
        return name in info.subfields
    return any(_has(field.selections, name) for field in info.selected_fields)


def _has(selections: Iterable[Selection], name: str) -> bool:
    for each in selections:
        if isinstance(each, SelectedField) and each.name == name:
            return True
        if isinstance(each, FragmentSpread | InlineFragment) and _has(each.selections, name):
            return True
    return False
