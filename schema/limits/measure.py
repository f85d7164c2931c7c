"""What a document's text holds, before anything is known of its types: depth, aliases, directives."""

from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    visit,
)


class Size(NamedTuple):
    """Of a document: fields within fields at the deepest, aliases and directives in all."""

    depth: int
    aliases: int
    directives: int


class _Count(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.aliases = self.directives = 0

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.aliases += node.alias is not None

    def enter_directive(self, *_: object) -> None:
        self.directives += 1


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
