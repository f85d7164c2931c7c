"""Fields that are resolved for all objects of a level at once.

`batched` reads something, `computed` makes something of what the objects hold, `held` is what their rows
hold. The last two cost nothing where they are not asked for: an object need hold no more than its row.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Protocol, TypeVar

import strawberry

from resolvers.tenants import TenantRow

T = TypeVar("T")
V = TypeVar("V")

BATCH, READ, COMPUTED, HELD = "batch", "read", "computed", "held"
"""What a field's batch function, what it reads with others, its function of objects, or its place in their
rows is called in its metadata."""


class Owned(Protocol):
    """An object that knows its tenant."""

    owner: TenantRow


def batched(
    function: Callable[..., Awaitable[Sequence[Any]]], *, description: str, metadata: Mapping[str, Any] = {}
) -> Any:
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
    return strawberry.field(resolver=one, description=description, metadata={BATCH: function, **metadata})


def read_with(
    read: Callable[..., Awaitable[Sequence[Any]]],
    make: Callable[[Sequence[Any], Sequence[Any]], Sequence[Any]],
    *,
    description: str,
) -> Any:
    """A field that is made of objects and of what several fields read of them: `make(objects, values)`.

    `async def read(objects, info)` answers in the objects' order; our engine asks it once for all of a level.
    """

    async def batch(objects: Sequence[Any], info: strawberry.Info) -> Sequence[Any]:
        return make(objects, await read(objects, info))

    return batched(batch, description=description, metadata={READ: (read, make)})


def computed(function: Callable[[Sequence[Any]], Sequence[Any]], *, description: str) -> Any:
    """A field of a function `def values(objects)`, which answers in the objects' order and reads nothing."""

    def one(root: Any) -> Any:
        return function([root])[0]

    return strawberry.field(resolver=one, description=description, metadata={COMPUTED: function})


def held(name: str, *, description: str) -> Any:
    """A field of what the objects' rows hold under a name, such as `email`."""
    get = attrgetter(name)

    def one(root: Any) -> Any:
        return get(root.row)

    return strawberry.field(resolver=one, description=description, metadata={HELD: get})


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
