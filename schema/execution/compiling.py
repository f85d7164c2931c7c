"""Compiles an operation into a plan, once; the plan serves it whatever its variables are."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import Enum
from operator import attrgetter
from typing import Any, cast

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetails, collect_fields, collect_subfields
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField

from schema.batching import BATCH, COMPUTED, HELD, KEYED, READ
from schema.execution.arguments import BACK, direct_of, varies_in
from schema.execution.completing import Choice, Leaf, Many, OneOf, Required, Single
from schema.execution.needing import bare, columns_of_all, columns_read, told_of_reading
from schema.execution.plan import Completion, Field, Maker, Plan, Selection, Take, UnservedError
from schema.execution.taking import Attribute, Batch, Computed, Constant, Held, LookUp, Read, Resolver

_SERVED = {"skip", "include"}


def compile_operation(executor: StrawberryGraphQLCoreExecutionContext) -> Plan:
    """The plan of an executor's operation, for the variables that decide what is selected.

    Raises UnservedError for an operation that graphql-core must serve.
    """
    compiler = _Compiler(executor)
    root = executor.schema.query_type
    if root is None or executor.operation.directives:
        raise UnservedError("directives of the operation")
    if executor.middleware_manager and executor.middleware_manager.middlewares:
        raise UnservedError("middleware around every field")
    found = collect_fields(
        executor.schema, executor.fragments, executor.variable_values, root, executor.operation
    )
    selection = compiler.selection(root, found.grouped_field_set)
    return Plan(selection, frozenset(compiler.reads))


@dataclass(frozen=True, slots=True)
class _Compiler:
    executor: StrawberryGraphQLCoreExecutionContext
    reads: set[str] = dataclass_field(default_factory=set)
    varying: list[str] = dataclass_field(default_factory=list)
    """The fields whose arguments depend on variables, so far."""

    def selection(self, kind: GraphQLObjectType, grouped: dict[str, list[FieldDetails]]) -> Selection:
        fields = tuple(self._field(kind, key, details) for key, details in grouped.items())
        steps = _steps(fields)
        return Selection(kind, fields, _maker([*grouped]), bool(steps), steps, columns_of_all(fields))

    def _field(self, kind: GraphQLObjectType, key: str, details: list[FieldDetails]) -> Field:
        for each in details:
            if not {directive.name.value for directive in each.node.directives or ()} <= _SERVED:
                raise UnservedError(f"directives of {key}")
        name = details[0].node.name.value
        definition = self.executor.schema.get_field(kind, name)
        if definition is None or name in ("__schema", "__type"):
            raise UnservedError(f"{kind.name}.{name}")
        take: Take = Constant(kind.name) if name == "__typename" else _take(definition)
        before = len(self.varying)
        completion = self._completion(definition.type, details)
        alike, varies = len(self.varying) == before, varies_in(details[0])
        if varies:
            self.varying.append(key)
        if take.waits:
            self.reads.add(f"{kind.name}.{name}")
        direct = direct_of(definition, details[0]) if varies else None
        take = bare(take, completion)
        columns, below = columns_read(take, completion)
        return Field(key, kind, definition, details, take, completion, varies, alike, direct, columns, below)

    def _completion(self, kind: GraphQLOutputType, details: list[FieldDetails]) -> Completion:
        if is_non_null_type(kind):
            inner = self._completion(kind.of_type, details)
            return Required(inner, inner.waits)
        if is_list_type(kind):
            inner = self._completion(kind.of_type, details)
            return Many(inner, inner.waits)
        if is_leaf_type(kind):
            return _leaf(kind)
        if is_abstract_type(kind):
            possible = self.executor.schema.get_possible_types(kind)
            found = [self._single(each, details) for each in possible]
            return OneOf({each.python: each for each in found}, any(each.waits for each in found))
        return self._single(cast("GraphQLObjectType", kind), details)

    def _single(self, kind: GraphQLObjectType, details: list[FieldDetails]) -> Single:
        executor = self.executor
        found = collect_subfields(
            executor.schema, executor.fragments, executor.variable_values, executor.operation, kind, details
        )
        told = kind.extensions.get(BACK)
        if not isinstance(told, StrawberryObjectDefinition) or told.is_type_of:
            raise UnservedError(f"{kind.name} is no type of a class")
        selection = self.selection(kind, found.grouped_field_set)
        return Single(selection, told.origin, selection.waits)


def _steps(fields: Sequence[Field]) -> tuple[tuple[Field, ...], ...]:
    steps: dict[Hashable, tuple[Field, ...]] = {}
    for each in fields:
        if each.waits:
            key = each.take.read if isinstance(each.take, Read) else each.key
            steps[key] = (*steps.get(key, ()), each)
    return tuple(map(told_of_reading, steps.values()))


def _take(definition: GraphQLField) -> Take:
    told = definition.extensions.get(BACK)
    if not isinstance(told, StrawberryField) or told.extensions:
        raise UnservedError("a field that is no plain one of a class")
    if READ in told.metadata:
        return Read(told, *told.metadata[READ])
    if BATCH in told.metadata:
        return Batch(told, told.metadata[BATCH])
    if KEYED in told.metadata:
        return LookUp(told, *told.metadata[KEYED])
    if COMPUTED in told.metadata:
        return Computed(told.metadata[COMPUTED])
    if HELD in told.metadata:
        return Held(*told.metadata[HELD])
    if told.base_resolver is not None:
        return Resolver(told, told.is_async)
    return Attribute(attrgetter(told.python_name))


def _leaf(kind: Any) -> Completion:
    told = kind.extensions.get(BACK) if isinstance(kind, GraphQLEnumType) else None
    if isinstance(told, StrawberryEnumDefinition):
        members = cast("type[Enum]", told.wrapped_cls)
        return Choice({id(None): None} | {id(member): kind.serialize(member) for member in members})
    return Leaf(kind, kind.serialize)


def _maker(keys: Sequence[str]) -> Maker:
    """Builds the objects of their columns: a literal of a dict is several times faster than `dict(zip(...))`.

    The keys are names of GraphQL, of letters, digits and underscores.
    """
    if not keys:
        return lambda columns, count: [{} for _ in range(count)]
    names = [f"v{place}" for place in range(len(keys))]
    pairs = ", ".join(f"{key!r}: {name}" for key, name in zip(keys, names, strict=True))
    taken = ", ".join(names)
    made = eval(f"lambda columns, count: [{{{pairs}}} for {taken}, in zip(*columns)]")  # noqa: S307
    return cast("Maker", made)
