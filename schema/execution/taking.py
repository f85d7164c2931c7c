"""How the values of a field come off the objects of a level."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, cast

from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from kit import trace
from schema.execution.call import Call, Told
from schema.execution.plan import AskersError, Column, Field, UnservedError
from schema.execution.rows import Rows
from schema.parts import Bare


@dataclass(frozen=True, slots=True)
class Constant:
    """The same for every object, such as the name of their type."""

    value: Any
    waits: bool = False

    def now(self, call: Call, field: Field, sources: Sequence[Any]) -> Column:
        return [self.value] * len(sources)

    async def later(self, call: Call, field: Field, sources: Sequence[Any]) -> Column:
        return self.now(call, field, sources)


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of the objects."""

    get: "attrgetter[Any]"
    waits: bool = False

    def now(self, call: Call, field: Field, sources: Sequence[Any]) -> Column:
        return [*map(self.get, sources)]

    async def later(self, call: Call, field: Field, sources: Sequence[Any]) -> Column:
        return self.now(call, field, sources)


@dataclass(frozen=True, slots=True)
class Held:
    """What the objects' rows hold under names: as it stands, or what `make` makes of it."""

    names: tuple[str, ...]
    make: Callable[..., Sequence[Any]] | None
    waits: bool = False

    def now(self, call: Call, field: Field, sources: Sequence[Any]) -> Column:
        return self.of_rows(field, Rows(sources))

    async def later(self, call: Call, field: Field, sources: Sequence[Any]) -> Column:
        return self.now(call, field, sources)

    def of_rows(self, field: Field, rows: Rows) -> Column:
        columns = [*map(rows.column, self.names)]
        if self.make is None:
            return columns[0]
        return _one_each(field, self.make(*columns), columns[0])


@dataclass(frozen=True, slots=True)
class Computed:
    """A function of all of the objects, which reads nothing."""

    function: Callable[[Sequence[Any]], Sequence[Any]]
    waits: bool = False

    def now(self, call: Call, field: Field, sources: Sequence[Any]) -> Column:
        return _one_each(field, self.function(sources), sources)

    async def later(self, call: Call, field: Field, sources: Sequence[Any]) -> Column:
        return self.now(call, field, sources)


@dataclass(frozen=True, slots=True)
class Resolver:
    """A resolver that is called with each of the objects; its arguments are made once."""

    told: StrawberryField
    waits: bool

    def now(self, call: Call, field: Field, sources: Sequence[Any]) -> Column:
        found = self._called(call, field, sources)
        if any(issubclass(each, Awaitable) for each in {*map(type, found)}):
            _closed(found)
            raise UnservedError(f"{field.parent.name}.{field.key} is awaited unforeseen")
        return found

    async def later(self, call: Call, field: Field, sources: Sequence[Any]) -> Column:
        if call.of is None:
            return await all_of(self._called(call, field, sources))
        if not field.varies and len({*map(id, sources)}) == 1:
            return await self._once(call, field, sources)
        return await each_for_its_asker(call, call.of, self._called(call, field, sources))

    async def _once(self, call: Call, field: Field, sources: Sequence[Any]) -> Column:
        """What is the same for all askers: of one object, with the same arguments."""
        (waiting,) = self._called_alike(call, field, sources[:1])
        first, *others = (call.askers[place].within for place in {*(call.of or ())})
        found = await asyncio.create_task(waiting, context=first)
        for each in others:
            each.run(trace.of_tenant, first.run(trace.tenant))
        return [found] * len(sources)

    def _called(self, call: Call, field: Field, sources: Sequence[Any]) -> Column:
        if call.of is None or not field.varies:
            return self._called_alike(call, field, sources)
        called: Column = [None] * len(sources)
        for whose, places in call.by_asker().items():
            mine = [sources[place] for place in places]
            try:
                made = self._called_alike(call.alone(whose), field, mine)
            except Exception as error:
                _closed(called)
                raise AskersError({whose: error}) from error
            _put(called, places, made)
        return called

    def _called_alike(self, call: Call, field: Field, sources: Sequence[Any]) -> Column:
        resolver = cast("StrawberryResolver[Any]", self.told.base_resolver)
        info = Told(call, field, self.told)
        given = call.given(field, self.told, info)
        if resolver.info_parameter:
            given[resolver.info_parameter.name] = info
        function = cast("Callable[..., Any]", resolver.wrapped_func)
        named = [each.name for each in (resolver.parent_parameter, resolver.root_parameter) if each]
        if resolver.self_parameter:
            return [function(each, **given, **dict.fromkeys(named, each)) for each in sources]
        return [function(**given, **dict.fromkeys(named, each)) for each in sources]


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch function that is called once, with all of the objects."""

    told: StrawberryField
    function: Callable[..., Awaitable[Sequence[Any]]]
    waits: bool = True

    def now(self, call: Call, field: Field, sources: Sequence[Any]) -> Column:
        raise UnservedError(f"{field.parent.name}.{field.key} is to be awaited")

    async def later(self, call: Call, field: Field, sources: Sequence[Any]) -> Column:
        if call.of is None or not field.varies:
            return await self._alike(call, field, sources)
        askers = call.by_asker()
        waiting = [
            self._alike(call.alone(whose), field, [sources[place] for place in places])
            for whose, places in askers.items()
        ]
        found: Column = [None] * len(sources)
        made = await each_for_its_asker(call, [*askers], waiting)
        for places, mine in zip(askers.values(), made, strict=True):
            _put(found, places, mine)
        return found

    async def _alike(self, call: Call, field: Field, sources: Sequence[Any]) -> Column:
        info = Told(call, field, self.told)
        given = call.given(field, self.told, info)
        return _one_each(field, await self.function(sources, info, **given), sources)


@dataclass(frozen=True, slots=True)
class LookUp:
    """What the arguments name, found for all objects at once, whatever each asker's arguments are."""

    told: StrawberryField
    key: Callable[..., Any]
    find: Callable[[list[Any], Any], Awaitable[Sequence[Any]]]
    waits: bool = True

    def now(self, call: Call, field: Field, sources: Sequence[Any]) -> Column:
        raise UnservedError(f"{field.parent.name}.{field.key} is to be awaited")

    async def later(self, call: Call, field: Field, sources: Sequence[Any]) -> Column:
        info = Told(call, field, self.told)
        return _one_each(field, await self.find(self._keys(call, field, sources, info), info), sources)

    def _keys(self, call: Call, field: Field, sources: Sequence[Any], info: Told) -> list[Any]:
        """What is asked for of each object. Raises AskersError where some ask wrongly."""
        if call.of is None or not field.varies:
            given = call.given(field, self.told, info)
            return [self.key(each, **given) for each in sources]
        keys: list[Any] = [None] * len(sources)
        failed: dict[int, BaseException] = {}
        for whose, places in call.by_asker().items():
            try:
                given = call.given(field, self.told, info, whose)
                _put(keys, places, [self.key(sources[place], **given) for place in places])
            except Exception as error:
                # With its traceback it would refer to this frame, and this to it.
                failed[whose] = error.with_traceback(None)
        if failed:
            raise AskersError(failed)
        return keys


@dataclass(frozen=True, slots=True)
class Read:
    """What is made of the objects and of what several fields read of them, which is asked for once."""

    told: StrawberryField
    read: Callable[..., Awaitable[Sequence[Any]]]
    make: Callable[[Sequence[Any], Sequence[Any]], Sequence[Any]]
    bare: Callable[[tuple[str, ...]], Bare] | None = None
    """What makes tuples of such columns in place of objects, if these suffice."""
    columns: tuple[str, ...] | None = None
    """Those of what is read that suffice; None where all may be needed."""
    waits: bool = True

    def now(self, call: Call, field: Field, sources: Sequence[Any]) -> Column:
        raise UnservedError(f"{field.parent.name}.{field.key} is to be awaited")

    async def later(self, call: Call, field: Field, sources: Sequence[Any]) -> Column:
        return self.made(field, sources, await self.values(call, field, sources))

    async def values(self, call: Call, field: Field, sources: Sequence[Any]) -> Sequence[Any]:
        """What is read of the objects."""
        return _one_each(field, await self.read(sources, Told(call, field, self.told)), sources)

    def made(self, field: Field, sources: Sequence[Any], values: Sequence[Any]) -> Column:
        """What the field makes of it."""
        return _one_each(field, self.make(sources, values), sources)


async def all_of(awaited: Iterable[Awaitable[Any]]) -> Column:
    """The values of all, in their order, got at the same time. Raises what the first of them raised.

    None of them is left behind: they share a connection, which the next who asks may use.
    """
    waiting = [*awaited]
    if len(waiting) == 1:
        return [await waiting[0]]
    found = await asyncio.gather(*waiting, return_exceptions=True)
    failed = next((each for each in found if isinstance(each, BaseException)), None)
    if failed is None:
        return found
    try:
        raise failed
    finally:
        # Its traceback refers to this frame.
        del failed, found


async def each_for_its_asker(
    call: Call, whose: Sequence[int], waiting: Sequence[Coroutine[Any, Any, Any]]
) -> Column:
    """The values of all, each awaited where its asker is told of. Raises AskersError where some fail."""
    tasks = [
        asyncio.create_task(each, context=call.askers[place].within)
        for place, each in zip(whose, waiting, strict=True)
    ]
    found = await asyncio.gather(*tasks, return_exceptions=True)
    failed = {
        place: each for place, each in zip(whose, found, strict=True) if isinstance(each, BaseException)
    }
    if failed:
        raise AskersError(failed)
    return found


def _one_each(field: Field, found: Iterable[Any], sources: Sequence[Any]) -> Column:
    """What was found, as a column. Raises UnservedError where it is not one value for each of the sources."""
    column = [*found]
    if len(column) != len(sources):
        raise UnservedError(f"{field.parent.name}.{field.key}: {len(column)} for {len(sources)}")
    return column


def _put(column: Column, places: Sequence[int], values: Sequence[Any]) -> None:
    for place, each in zip(places, values, strict=True):
        column[place] = each


def _closed(found: Iterable[Any]) -> None:
    for each in found:
        if asyncio.iscoroutine(each):
            each.close()
