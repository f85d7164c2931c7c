"""What a query asks of a field."""

from collections.abc import Iterable

from strawberry.types.nodes import FragmentSpread, InlineFragment, SelectedField, Selection

from schema.context import Info


def selects(info: Info, name: str) -> bool:
    """Whether the field being resolved is asked for a subfield of this name, fragments included."""
    return any(_has(field.selections, name) for field in info.selected_fields)


def _has(selections: Iterable[Selection], name: str) -> bool:
    for each in selections:
        if isinstance(each, SelectedField) and each.name == name:
            return True
        if isinstance(each, FragmentSpread | InlineFragment) and _has(each.selections, name):
            return True
    return False
