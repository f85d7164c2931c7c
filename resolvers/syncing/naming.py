"""Names of orders: what the numbers that an account gives them are as external ids of the tenant.

The tenant's first account keeps its numbers. Those of any other have the account's name before them, since
two accounts may give the same number. What an order was once called it stays.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from connectors.vtex import Order
from kit.db import Statement, Work

_TRIES = 2
"""Of two accounts that come first at the same moment one finds the other's prefix at its second try."""
_ENSURE = Statement(
    "INSERT INTO integration_account (tenant_id, account_name, order_prefix) "
    "SELECT %(tenant_id)s, %(account)s, CASE WHEN EXISTS (SELECT FROM integration_account "
    "WHERE tenant_id = %(tenant_id)s AND order_prefix = '') THEN %(account)s || ':' ELSE '' END "
    "ON CONFLICT DO NOTHING",
    True,
    {},
)
_PREFIX = Statement(
    "SELECT order_prefix FROM integration_account WHERE tenant_id = %(tenant_id)s "
    "AND account_name = %(account)s",
    True,
    {},
)
# An order of an account that is not known any more ('') is whose integration tells of it. Each is looked up
# by itself, so that the unique key is used also where nothing is known yet of a table that fills.
_KNOWN = Statement(
    "SELECT told.number, coalesce("
    "(SELECT external_id FROM integration_order WHERE tenant_id = %(tenant_id)s "
    "AND account_name = %(account)s AND number = told.number LIMIT 1), "
    "(SELECT external_id FROM integration_order WHERE tenant_id = %(tenant_id)s "
    "AND account_name = '' AND number = told.number LIMIT 1)) "
    "FROM unnest(%(numbers)s::text[]) AS told (number)",
    True,
    {},
)
_TAKEN = Statement(
    "SELECT external_id FROM integration_order WHERE tenant_id = %(tenant_id)s "
    "AND external_id = ANY (%(names)s)",
    True,
    {},
)


class Origin(NamedTuple):
    """The account that orders are of, and what stands before their numbers."""

    account: str
    prefix: str


def prefix_of(work: Work, account: str) -> str:
    """What stands before the numbers of an account's orders, for good; within a transaction."""
    for _ in range(_TRIES):
        work.count(_ENSURE, {"account": account})
    return str(work.run(_PREFIX, {"account": account})[0][0])


def names_of(work: Work, origin: Origin, numbers: Sequence[str]) -> dict[str, str]:
    """The external ids of orders by their numbers, within a transaction."""
    if not numbers:
        return {}
    found: dict[str, str | None] = dict(work.run(_KNOWN, {"account": origin.account, "numbers": [*numbers]}))
    wanted = {number: origin.prefix + number for number, name in found.items() if name is None}
    taken = {row[0] for row in work.run(_TAKEN, {"names": [*wanted.values()]})} if wanted else set()
    return {
        number: name or (f"{origin.account}:{number}" if wanted[number] in taken else wanted[number])
        for number, name in found.items()
    }


def named(order: Order, name: str) -> Order:
    """An order under its external id, and what was given back of it."""
    if order.id == name:
        return order
    refunds = tuple(replace(each, id=name + each.id.removeprefix(order.id)) for each in order.refunds)
    return replace(order, id=name, refunds=refunds)
