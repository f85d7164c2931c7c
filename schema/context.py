"""The request's context, as resolvers of the graph get it."""

from typing import TypeAlias

from strawberry.types import Info as _Info

from resolvers.context import Ctx

Info: TypeAlias = _Info[Ctx, None]
