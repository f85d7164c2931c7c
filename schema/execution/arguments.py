"""How the arguments of a field depend on variables."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLField, GraphQLInputType, GraphQLScalarType, get_nullable_type
from graphql.execution.collect_fields import FieldDetails
from graphql.language import ListValueNode, ObjectValueNode, VariableNode
from graphql.pyutils import Undefined
from strawberry.relay import GlobalID
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryMaybe, StrawberryOptional

BACK = GraphQLCoreConverter.DEFINITION_BACKREF
"""Under which a part of the schema has what it was made of."""


def varies_in(details: FieldDetails) -> bool:
    """Whether a field's arguments depend on variables, of the operation or of a fragment."""
    if details.fragment_variable_values is not None:
        return True
    waiting: list[Any] = [each.value for each in details.node.arguments or ()]
    while waiting:
        each = waiting.pop()
        if isinstance(each, VariableNode):
            return True
        if isinstance(each, ListValueNode):
            waiting += each.values
        elif isinstance(each, ObjectValueNode):
            waiting += [field.value for field in each.fields]
    return False


def direct_of(definition: GraphQLField, details: FieldDetails) -> Mapping[str, str] | None:
    """The variables that are a field's arguments, by what its resolver calls those.

    Only scalars, which are coerced with the variables and not converted further; None where there is more.
    """
    given = {each.name.value: each.value for each in details.node.arguments or ()}
    if details.fragment_variable_values is not None:
        return None
    found: dict[str, str] = {}
    for name, argument in definition.args.items():
        value, told = given.get(name), argument.extensions.get(BACK)
        if value is None:
            if argument.default_value is not Undefined:
                return None
        elif isinstance(value, VariableNode) and isinstance(told, StrawberryArgument):
            if not _is_plain(argument.type, told):
                return None
            found[told.python_name] = value.name.value
        else:
            return None
    return found


def _is_plain(kind: GraphQLInputType, told: StrawberryArgument) -> bool:
    if not isinstance(get_nullable_type(kind), GraphQLScalarType):
        return False
    inner = told.type.of_type if isinstance(told.type, StrawberryOptional) else told.type
    return not isinstance(told.type, StrawberryMaybe) and inner is not GlobalID
