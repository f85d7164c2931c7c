"""Fields that are resolved for all objects of a level at once.

`batched` reads something, `looked_up` what its arguments name, `computed` makes something of what the objects
hold, `held` is what their rows hold. The last two cost nothing where they are not asked for: an object need
hold no more than its row.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Protocol, TypeVar

import strawberry

from resolvers.tenants import TenantRow
from schema.parts import Bare

K = TypeVar("K")
T = TypeVar("T")
V = TypeVar("V")

BATCH, READ, COMPUTED, HELD, KEYED, NEEDS = "batch", "read", "computed", "held", "keyed", "needs"
"""What a field's batch function, what it reads with others, its function of objects, its place in their rows,
the way to its keys and what they name, or the columns it needs is called in its metadata."""


class Owned(Protocol):
    """An object that knows its tenant."""

    owner: TenantRow


def batched(
    function: Callable[..., Awaitable[Sequence[Any]]], *, description: str, metadata: Mapping[str, Any] = {}
) -> Any:
    """A field of a batch function `async def values(objects, info, **arguments)`, in the objects' order.

    Our engine calls it once a level; graphql-core, which knows one object at a time, with each. With
    `needing` for `metadata` it is called with objects whose rows may have no other columns.
    """
    _, *others = inspect.signature(function).parameters.values()
    root = inspect.Parameter("root", inspect.Parameter.POSITIONAL_OR_KEYWORD)

    async def one(root: Any, **given: Any) -> Any:
        return (await function([root], **given))[0]

    _named_after(one, function, [root, *others])
    return strawberry.field(resolver=one, description=description, metadata={BATCH: function, **metadata})


def read_with(
    read: Callable[..., Awaitable[Sequence[Any]]],
    make: Callable[[Sequence[Any], Sequence[Any]], Sequence[Any]],
    *,
    bare: Callable[[tuple[str, ...]], Bare] | None = None,
    description: str,
    metadata: Mapping[str, Any] = {},
) -> Any:
    """A field that is made of objects and of what several fields read of them: `make(objects, values)`.

    `async def read(objects, info)` answers in the objects' order; our engine asks it once for all of a level.
    Where nothing but `held` fields is asked of what is made, `bare(columns)` gives what makes tuples of the
    columns that these name; if that is so of all that read the same, `schema.selection.columns_of` tells
    `read` what suffices for them. `metadata` as of `batched`.
    """

    async def batch(objects: Sequence[Any], info: strawberry.Info) -> Sequence[Any]:
        return make(objects, await read(objects, info))

    return batched(batch, description=description, metadata={READ: (read, make, bare), **metadata})


def needing(*names: str) -> dict[str, tuple[str, ...]]:
    """The metadata of a field that needs these columns of the objects' rows, and of the objects no more but
    whose they are. Without it whole rows are read for a field that is not `held`.
    """
    return {NEEDS: names}


def looked_up(
    key: Callable[..., K],
    find: Callable[[list[K], Any], Awaitable[Sequence[Any]]],
    *,
    description: str,
) -> Any:
    """A field of what its arguments name: `def key(owner, **arguments)`, `async def find(keys, info)`.

    `find` answers in the keys' order. Our engine calls it once a level for all who ask, whatever each of them
    asks for; in a pass it tells none of their requests of a tenant: who found the `owner` has done that.
    """
    root, *others = inspect.signature(key).parameters.values()
    info = inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=strawberry.Info)

    async def one(root: Any, info: strawberry.Info, **given: Any) -> Any:
        return (await find([key(root, **given)], info))[0]

    _named_after(one, key, [root.replace(name="root", annotation=root.empty), info, *others])
    return strawberry.field(resolver=one, description=description, metadata={KEYED: (key, find)})


def computed(function: Callable[[Sequence[Any]], Sequence[Any]], *, description: str) -> Any:
    """A field of a function `def values(objects)`, which answers in the objects' order and reads nothing."""

    def one(root: Any) -> Any:
        return function([root])[0]

    return strawberry.field(resolver=one, description=description, metadata={COMPUTED: function})


def held(name: str, *others: str, make: Callable[..., Sequence[Any]] | None = None, description: str) -> Any:
    """A field of what the objects' rows hold under a name, such as `email`, or made of it and of others.

    `def make(column, ...)` takes a column of values for each name, changes none, and answers with one. Rows
    that are asked for such fields, or for some that tell what they need (`needing`), may be read with these
    columns alone (`schema.selection.columns_of`).
    """
    names = (name, *others)
    gets = [*map(attrgetter, names)]

    def one(root: Any) -> Any:
        values = [get(root.row) for get in gets]
        return values[0] if make is None else make(*([each] for each in values))[0]

    return strawberry.field(resolver=one, description=description, metadata={HELD: (names, make)})


def are_there(values: Sequence[Any]) -> list[bool]:
    """Which of a column's values are there: for `held`."""
    return [each is not None for each in values]


def _named_after(one: Any, function: Any, parameters: Sequence[inspect.Parameter]) -> None:
    """Let a resolver be taken for a function of these parameters, the first of which is the object."""
    one.__name__, one.__module__ = function.__name__, function.__module__
    one.__signature__ = inspect.Signature(parameters)
    one.__annotations__ = {each.name: each.annotation for each in parameters[1:]}


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
