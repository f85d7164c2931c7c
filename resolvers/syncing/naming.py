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
# An order of an account that is not known any more ('') is whose integration tells of it.
_NAMES = Statement(
    "SELECT told.number, coalesce(known.external_id, CASE WHEN taken.external_id IS NULL "
    "THEN %(prefix)s || told.number ELSE %(account)s || ':' || told.number END) "
    "FROM unnest(%(numbers)s::text[]) AS told (number) "
    "LEFT JOIN LATERAL (SELECT external_id FROM integration_order WHERE tenant_id = %(tenant_id)s "
    "AND account_name IN (%(account)s, '') AND number = told.number "
    "ORDER BY account_name DESC LIMIT 1) AS known ON true "
    "LEFT JOIN integration_order AS taken ON taken.tenant_id = %(tenant_id)s "
    "AND taken.external_id = %(prefix)s || told.number",
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
    return dict(work.run(_NAMES, {**origin._asdict(), "numbers": [*numbers]})) if numbers else {}


def named(order: Order, name: str) -> Order:
    """An order under its external id, and what was given back of it."""
    if order.id == name:
        return order
    refunds = tuple(replace(each, id=name + each.id.removeprefix(order.id)) for each in order.refunds)
    return replace(order, id=name, refunds=refunds)
