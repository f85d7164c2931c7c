"""The doors of the graph, and the schema made of them."""

import asyncio
from copy import copy
from functools import cache
from typing import Annotated, Any

import strawberry
from graphql import GraphQLError, Undefined
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from kit import ids
from kit.errors import InvalidInputError
from resolvers import tenants
from schema.arguments import DatabaseId, Id
from schema.audit import AuditEntryConnection, audit_of_none
from schema.context import Info
from schema.deliveries import Deliveries
from schema.errors import coded
from schema.execution import Engine, Short
from schema.limits import Bounds, Checks, guard
from schema.mutation import Mutation
from schema.node import Node
from schema.nodes import NODES, find_node
from schema.page import After, Before, First, Last, asked
from schema.scalars import SCALARS
from schema.subscription import Subscription
from schema.tenant import KIND as TENANT
from schema.tenant import Tenant, TenantConnection
from schema.timeline import EventTracked, OrderPlaced, RefundGiven, SegmentChanged
from schema.trusted import TrustedDocuments

_MOST_NODES = 100


@strawberry.type(description="Who asks.")
class Viewer:
    @strawberry.field(
        description="A page of the tenants that the caller may see, by id. 50 rows unless told."
    )
    async def tenants(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> TenantConnection | None:
        page = await tenants.page(
            info.context,
            **asked(info, first, after, last, before),
        )
        return TenantConnection.of(page)

    audit_entries: AuditEntryConnection | None = strawberry.field(
        resolver=audit_of_none,
        description="A page of the log of changes that are of no one tenant, such as API keys for all of "
        "them, newest first; for who may administer all tenants.",
    )


@strawberry.type(description="Where every query begins.")
class Query:
    @strawberry.field(description="Who asks.")
    def viewer(self) -> Viewer:
        return Viewer()

    @strawberry.field(description="One tenant, by exactly one of its ids. Null if there is none.")
    async def tenant(
        self,
        info: Info,
        id: Id = None,  # noqa: A002
        database_id: DatabaseId = None,
    ) -> Tenant | None:
        if (id is None) == (database_id is None):
            raise InvalidInputError("tenant", "Give exactly one of id and databaseId.")
        number = ids.number(id, TENANT)[0] if id is not None else database_id or 0
        row = await tenants.find(info.context, number)
        return None if row is None else Tenant.of(row)

    @strawberry.field(description="Any object by its global id. Null if there is none.")
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its global id.")],  # noqa: A002
    ) -> Node | None:
        return await find_node(info, id)

    @strawberry.field(description="Objects by their global ids, at most 100, in their order.")
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="Their global ids.")],
    ) -> list[Node | None]:
        if len(ids) > _MOST_NODES:
            raise InvalidInputError("ids", f"{len(ids)} ids were given; at most {_MOST_NODES} are accepted.")
        # One that is malformed is an error in its own place; the others are answered.
        found: list[Any] = await asyncio.gather(
            *(find_node(info, each) for each in ids), return_exceptions=True
        )
        return found


class Graph(strawberry.Schema):
    """The schema. Every error is coded here, in place: parsing's, validation's and execution's all pass.

    What may be left out says so by its type alone: a default of null would say it twice.
    """

    engine: Engine
    short: Short | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in self._schema.type_map.values():
            fields = getattr(kind, "fields", {}).values() if not kind.name.startswith("__") else ()
            for given in (each for field in fields for each in (field, *getattr(field, "args", {}).values())):
                if getattr(given, "default_value", Undefined) is None:
                    given.default_value = Undefined

    def within(self, checks: Checks) -> "Graph":
        """The same types, with an engine of their own for operations that pass these checks."""
        found = copy(self)
        found.extensions = guard(checks), Deliveries
        found.engine = Engine()
        found.execution_context_class = found.engine.executor_class()
        found.short = Short(found, checks, found.engine)
        return found

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        executed = execution_context is not None and execution_context.result is not None
        errors[:] = [coded(error, executed=executed) for error in errors]


@cache
def _graph() -> Graph:
    """The types, which are made once a process."""
    return Graph(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[*NODES, OrderPlaced, RefundGiven, EventTracked, SegmentChanged],
        config=StrawberryConfig(auto_camel_case=True, scalar_map=SCALARS),
    )


def create_schema(bounds: Bounds | None = None, trusted: TrustedDocuments | None = None) -> Graph:
    """The schema, whose operations are kept within bounds and to the trusted documents, if there are any."""
    return _graph().within(Checks(bounds or Bounds(), trusted or TrustedDocuments()))
