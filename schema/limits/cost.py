"""The cost of an operation: how many objects it could answer with.

A field of an object costs 1, plus what is selected on it; a scalar or an enum is free. A page multiplies what
is selected on its nodes by `first` or `last`, or by the usual size of a page; another list by `first` where
it takes one, by the length of its `ids`, by what `lengths` knows of the object it is on or of what it
holds, or by 10. A preview of a segment costs 100, as does a comparison of segments between two instants, a
mutation 10 more, `totalCount` 10. What introspection asks is reckoned likewise, over all types of the
schema, and costs a fiftieth of it.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)
from graphql.language import (
    BooleanValueNode,
    DirectiveNode,
    EnumValueNode,
    InlineFragmentNode,
    StringValueNode,
    ValueNode,
)

from kit.errors import InvalidInputError
from kit.page import DEFAULT, MOST
from schema.limits.lengths import HALF, LENGTHS, LISTS, PRICES

LIST = 10
MUTATION = 10
TOTAL = 10
INTROSPECTION = 50
_INTROSPECTION = {"__schema": "__Schema", "__type": "__Type"}
_SIZES = ("first", "last", "limit")


class _Reckoner:
    """Costs of the selections of one operation with its variables."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any], page: int
    ) -> None:
        self._schema = schema
        self._largest = page
        self._variables = variables
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._known: dict[tuple[str, int], int] = {}
        self.asked: set[str] = set()

    def of(self, selected: SelectionSetNode | None, parent: GraphQLCompositeType, page: int) -> int:
        """The cost of what is selected on one object.

        `page` is the length of its lists where that is known, as of the nodes of a connection; else 0.
        """
        if selected is None:
            return 0
        return sum(self._of_one(each, parent, page) for each in selected.selections if self._kept(each))

    def _of_one(self, node: object, parent: GraphQLCompositeType, page: int) -> int:
        if isinstance(node, FieldNode):
            return self._of_field(node, parent, page)
        if isinstance(node, FragmentSpreadNode):
            return self._of_fragment(node.name.value, page)
        if isinstance(node, InlineFragmentNode):
            return self.of(node.selection_set, self._narrowed(node, parent), page)
        return 0

    def _of_fragment(self, name: str, page: int) -> int:
        key = (name, page)
        if key not in self._known:
            fragment = self._fragments[name]
            self._known[key] = self.of(fragment.selection_set, self._narrowed(fragment, None), page)
        return self._known[key]

    def _narrowed(self, node: Any, parent: GraphQLCompositeType | None) -> Any:
        return self._schema.get_type(node.type_condition.name.value) if node.type_condition else parent

    def _of_field(self, node: FieldNode, parent: GraphQLCompositeType, page: int) -> int:
        name = node.name.value
        if name in _INTROSPECTION:
            return self._of_introspection(node, _INTROSPECTION[name])
        if name == "__typename":
            return 0
        field: GraphQLField = parent.fields[name]  # type: ignore[union-attr]
        kind: Any = get_named_type(field.type)
        if not is_composite_type(kind):
            return TOTAL if name == "totalCount" and _is_connection(parent) else 0
        self._check_page(node, 0 if _is_connection(kind) else 1)
        times = self._times(node, field, page or None)
        if kind.name in HALF:
            within = (times + 1) // 2
        else:
            within = self._size(node) or DEFAULT if _is_connection(kind) else self._length(node, kind.name)
        return times * (PRICES.get(kind.name, 1) + self.of(node.selection_set, kind, within))

    def _of_introspection(self, node: FieldNode, kind: str) -> int:
        asked = self.of(node.selection_set, self._schema.type_map[kind], 0)  # type: ignore[arg-type]
        return 1 + asked // INTROSPECTION

    def _times(self, node: FieldNode, field: GraphQLField, page: int | None) -> int:
        if not is_list_type(get_nullable_type(field.type)):
            return 1
        if page is not None:
            return page
        if get_named_type(field.type).name == "__Type" and node.name.value == "types":
            return len(self._schema.type_map)
        size = self._size(node)
        return LISTS.get(get_named_type(field.type).name, LIST) if size is None else size

    def _size(self, node: FieldNode) -> int | None:
        """How many the arguments ask for at most; None if they do not say."""
        for argument in node.arguments or ():
            name = argument.name.value
            value = self._value(argument.value) if name in _SIZES or name == "ids" else None
            if name in _SIZES and isinstance(value, int):
                return max(value, 0)
            if name == "ids" and isinstance(value, list):
                return len(value)
        return None

    def _check_page(self, node: FieldNode, least: int) -> None:
        for argument in node.arguments or ():
            name = argument.name.value
            size = self._value(argument.value) if name in _SIZES else None
            if isinstance(size, int) and size > self._largest:
                raise InvalidInputError(name, f"{name} is {size}; accepted are {least} to {self._largest}.")

    def _length(self, node: FieldNode, kind: str) -> int:
        if kind not in LENGTHS:
            return 0
        return LENGTHS[kind]({each.name.value: self._value(each.value) for each in node.arguments or ()})

    def _value(self, node: ValueNode) -> object:
        if isinstance(node, VariableNode):
            self.asked.add(node.name.value)
            given = self._variables.get(node.name.value)
            return int(given) if isinstance(given, float) and given.is_integer() else given
        if isinstance(node, IntValueNode):
            return int(node.value[:12])
        if isinstance(node, BooleanValueNode | StringValueNode | EnumValueNode):
            return node.value
        if isinstance(node, ObjectValueNode):
            return {each.name.value: self._value(each.value) for each in node.fields}
        return [*node.values] if isinstance(node, ListValueNode) else None

    def _kept(self, node: Any) -> bool:
        return not any(self._drops(each) for each in node.directives or ())

    def _drops(self, directive: DirectiveNode) -> bool:
        drop = {"skip": True, "include": False}.get(directive.name.value)
        if drop is None or not directive.arguments:
            return False
        return self._value(directive.arguments[0].value) is drop


def _is_connection(kind: Any) -> bool:
    return kind.name.endswith("Connection") and "pageInfo" in getattr(kind, "fields", ())


class Price(NamedTuple):
    """What an operation costs, and the names of the variables that this hangs on."""

    cost: int
    names: frozenset[str]


def price(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    page: int = MOST,
) -> Price:
    """The cost of one operation of a valid document. Variables that were not given have their defaults.

    Raises InvalidInputError for a page of more than `page` rows.
    """
    bare = _Reckoner(schema, document, {}, page)
    defaults = {
        each.variable.name.value: bare._value(each.default_value)
        for each in operation.variable_definitions or ()
        if each.default_value is not None
    }
    root: Any = schema.get_root_type(operation.operation)
    reckoner = _Reckoner(schema, document, defaults | dict(variables), page)
    found = reckoner.of(operation.selection_set, root, 0)
    mutation = operation.operation is OperationType.MUTATION
    times = len(operation.selection_set.selections) if mutation else 0
    return Price(found + MUTATION * times, frozenset(reckoner.asked))
