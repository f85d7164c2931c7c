"""What rows name by its number, such as the customer of an order: for all objects of a level at once."""

from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from resolvers.tenants import TenantRow
from schema.batching import batched, by_tenant, needing
from schema.context import Info
from schema.one_of_tenant import Rows, object_of


class _Kind(NamedTuple):
    """How rows of a type are read for what a field is asked for, and what makes an object of one."""

    rows_for: Callable[[Info], Rows[Any]]
    make: Callable[[TenantRow, Any], Any]


@cache
def _customers() -> _Kind:
    from schema.customer import Customer, customer_rows_for

    return _Kind(customer_rows_for, Customer.of)


@cache
def _orders() -> _Kind:
    from schema.order import Order, order_rows_for

    return _Kind(order_rows_for, Order.of)


def linked_customer(name: str, *, description: str) -> Any:
    """The field of the customer whose number the objects' rows have under a name; null for none."""
    return _linked(name, _customers, description)


def linked_order(name: str, *, description: str) -> Any:
    """The field of the order whose number the objects' rows have under a name; null for none."""
    return _linked(name, _orders, description)


def _linked(name: str, kind: Callable[[], _Kind], description: str) -> Any:
    number = attrgetter(f"row.{name}")

    async def linked(them: Sequence[Any], info: Info) -> list[Any]:
        rows_for, make = kind()
        rows = rows_for(info)

        async def ask(tenant: int, mine: list[Any]) -> list[Any]:
            numbers = [*map(number, mine)]
            keys = [each for each in numbers if each is not None]
            found = dict(zip(keys, await rows(info.context, tenant, keys), strict=True)) if keys else {}
            theirs = [found.get(each) for each in numbers]
            return [
                None if row is None else object_of(make, each.owner, row)
                for each, row in zip(mine, theirs, strict=True)
            ]

        return await by_tenant(them, ask)

    return batched(linked, description=description, metadata=needing(name))
