"""What a document's text holds, before anything is known of its types: depth, aliases, directives."""

from collections.abc import Iterator
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    visit,
)

LONGEST = 20_000
"""Characters of a document of which anything is kept: what is kept of many is bounded in bytes by that."""


class Size(NamedTuple):
    """Of a document: fields within fields at the deepest, aliases and directives in all.

    A field selected again beside itself counts as an alias does: either multiplies what is asked for, and
    checking that they agree costs the square of their number.
    """

    depth: int
    aliases: int
    directives: int


class _Count(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.aliases = self.directives = 0

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: object) -> None:
        self.aliases += _repeated(node.selection_set)

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: object) -> None:
        self.aliases += _repeated(node.selection_set)

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.aliases += (node.alias is not None) + _repeated(node.selection_set)

    def enter_directive(self, *_: object) -> None:
        self.directives += 1


def _repeated(selected: SelectionSetNode | None) -> int:
    """How many fields stand again beside themselves, within fragments in line or not."""
    if selected is None:
        return 0
    names = [*_names(selected)]
    return len(names) - len(set(names))


def _names(selected: SelectionSetNode) -> Iterator[str]:
    for each in selected.selections:
        if isinstance(each, FieldNode):
            if each.alias is None:
                yield each.name.value
        elif isinstance(each, InlineFragmentNode):
            yield from _names(each.selection_set)
        elif isinstance(each, FragmentSpreadNode):
            yield f"...{each.name.value}"


class _Depth:
    """Depths of selections; each fragment is measured once, and one within itself counts as empty."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._known: dict[str, int] = {}

    def of(self, selected: SelectionSetNode | None) -> int:
        if selected is None:
            return 0
        return max((self._of_one(each) for each in selected.selections), default=0)

    def _of_one(self, node: object) -> int:
        if isinstance(node, FieldNode):
            return 1 if node.name.value.startswith("__") else 1 + self.of(node.selection_set)
        if isinstance(node, FragmentSpreadNode):
            return self._of_fragment(node.name.value)
        return self.of(getattr(node, "selection_set", None))

    def _of_fragment(self, name: str) -> int:
        if name not in self._known:
            self._known[name] = 0
            fragment = self._fragments.get(name)
            self._known[name] = self.of(fragment.selection_set if fragment else None)
        return self._known[name]


def measure(document: DocumentNode) -> Size:
    """Measure a parsed document, which need not be valid."""
    count, depth = _Count(), _Depth(document)
    visit(document, count)
    deepest = max(
        (
            depth.of(each.selection_set)
            for each in document.definitions
            if isinstance(each, OperationDefinitionNode | FragmentDefinitionNode)
        ),
        default=0,
    )
    return Size(deepest, count.aliases, count.directives)


def is_long(text: str) -> bool:
    """Whether a document is too long to keep anything of it for the next time."""
    return len(text) > LONGEST


def is_of_long(operation: OperationDefinitionNode) -> bool:
    """Whether an operation is of such a document."""
    return operation.loc is not None and is_long(operation.loc.source.body)
