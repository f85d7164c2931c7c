"""Fields that are resolved for all objects of a level at once."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar

import strawberry

from resolvers.tenants import TenantRow

T = TypeVar("T")
V = TypeVar("V")

BATCH = "batch"
"""What a field's batch function is called in its metadata."""


class Owned(Protocol):
    """An object that knows its tenant."""

    owner: TenantRow


def batched(function: Callable[..., Awaitable[Sequence[Any]]], *, description: str) -> Any:
    """A field of a batch function `async def values(objects, info, **arguments)`, in the objects' order.

    Our engine calls it once a level; graphql-core, which knows one object at a time, with each.
    """
    signature = inspect.signature(function)
    _, *others = signature.parameters.values()
    root = inspect.Parameter("root", inspect.Parameter.POSITIONAL_OR_KEYWORD)

    async def one(root: Any, **given: Any) -> Any:
        return (await function([root], **given))[0]

    one.__name__, one.__module__ = function.__name__, function.__module__
    one.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[root, *others], return_annotation=inspect.Signature.empty
    )
    one.__annotations__ = {each.name: each.annotation for each in others}
    return strawberry.field(resolver=one, description=description, metadata={BATCH: function})


async def by_tenant(objects: Sequence[T], ask: Callable[[int, list[T]], Awaitable[Sequence[V]]]) -> list[V]:
    """What is asked for the objects of each tenant, in the order of all. Mostly they are of one."""
    apart: dict[int, list[int]] = {}
    for place, each in enumerate(objects):
        apart.setdefault(_tenant(each), []).append(place)
    found: dict[int, V] = {}
    for tenant, places in apart.items():
        values = await ask(tenant, [objects[place] for place in places])
        found.update(zip(places, values, strict=True))
    return [found[place] for place in range(len(objects))]


def _tenant(each: Any) -> int:
    number: int = each.owner.id
    return number
