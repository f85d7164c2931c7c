"""A query's operation that has passed its checks, with all that is remembered of it."""

from dataclasses import dataclass

from graphql import DocumentNode, OperationDefinitionNode

from schema.execution.plans import Planned
from schema.execution.variables import Variables
from schema.limits.costs import Costs


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """The operation and its document; its name, as its caller has it."""

    document: DocumentNode
    node: OperationDefinitionNode
    name: str | None
    costs: Costs
    variables: Variables
    planned: Planned
