"""Store orders of another system: each as it is there, however often and in whatever order they come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from connectors.vtex import Order, Revenue
from kit.db import Statement, Work
from resolvers.imports.links import relink
from resolvers.imports.tenant import lock, mark_changed
from resolvers.privacy.erased import Erased
from resolvers.syncing.buyers import Buyers
from resolvers.syncing.naming import Origin, named, names_of
from resolvers.syncing.statements import statement

_CHANGED_AT = Statement(
    "SELECT external_id, changed_at FROM integration_order WHERE tenant_id = %(tenant_id)s "
    "AND external_id = ANY (%(orders)s)",
    True,
    {},
)
_LOOSE = Statement(
    "SELECT EXISTS (SELECT FROM refund WHERE tenant_id = %(tenant_id)s "
    "AND linked_by IS DISTINCT FROM 'reference')",
    True,
    {},
)


@dataclass(frozen=True, slots=True)
class Storing:
    """Whose orders, which of VTEX's statuses are revenue, and which account they are of."""

    tenant: int
    integration: int
    revenue: Revenue
    origin: Origin


def store_orders(work: Work, storing: Storing, orders: Sequence[Order]) -> bool:
    """Store orders within a transaction in the tenant's scope; whether that changed anything.

    Of an order that is known in a newer state the older one is left out; so is one of an erased customer,
    which is there already.
    """
    lock(work, storing.tenant, wait=True)
    names = names_of(work, storing.origin, [each.id for each in orders])
    fresh = _without_erased(work, _fresh(work, [named(each, names[each.id]) for each in orders]))
    if not fresh:
        return False
    buyers = Buyers(work, fresh)
    numbers = {name: number for number, name in names.items()}
    rows = Jsonb([_row(each, numbers[each.id], storing.revenue, buyers.key(each)) for each in fresh])
    changed = buyers.store(storing.integration)
    different = [row[0] for row in work.run(statement("orders"), {"orders": rows})]
    given = _store_refunds(work, fresh)
    if different and work.run(_LOOSE)[0][0]:
        relink(work, different)
    work.count(statement("seen"), _seen(storing, rows))
    changed = changed or bool(different or given)
    if changed:
        mark_changed(work, storing.tenant)
    return changed


def _fresh(work: Work, orders: Sequence[Order]) -> list[Order]:
    """Each order once, in its newest state, if that is not older than what is known; by creation."""
    newest: dict[str, Order] = {}
    for each in orders:
        held = newest.get(each.id)
        if held is None or held.changed_at <= each.changed_at:
            newest[each.id] = each
    known: dict[str, datetime] = dict(work.run(_CHANGED_AT, {"orders": list(newest)}))
    fresh = [each for each in newest.values() if each.id not in known or known[each.id] <= each.changed_at]
    return sorted(fresh, key=lambda order: (order.created_at, order.id))


def _without_erased(work: Work, orders: Sequence[Order]) -> list[Order]:
    gone = Erased(work).among("order", [each.id for each in orders])
    return [each for each in orders if each.id not in gone]


def _seen(storing: Storing, rows: Jsonb) -> dict[str, object]:
    return {"orders": rows, "integration": storing.integration, "account": storing.origin.account}


def _row(order: Order, number: str, revenue: Revenue, buyer: str | None) -> dict[str, Any]:
    return {
        "external_id": order.id,
        "number": number,
        "buyer": buyer,
        "placed_at": order.created_at.isoformat(),
        "changed_at": order.changed_at.isoformat(),
        "amount": str(order.amount),
        "currency": order.currency,
        "status": revenue.status(order.status),
        "source_status": order.status,
        "items": order.items,
    }


def _store_refunds(work: Work, orders: Sequence[Order]) -> set[int]:
    """Numbers of the orders of which something else was given back than was known."""
    refunds = [
        {
            "external_id": refund.id,
            "order": order.id,
            "refunded_at": refund.at.isoformat(),
            "amount": str(refund.amount),
        }
        for order in orders
        for refund in order.refunds
    ]
    asked = {"orders": [each.id for each in orders], "kept": [each["external_id"] for each in refunds]}
    changed = {row[0] for row in work.run(statement("refunds_gone"), asked)}
    if refunds:
        changed |= {row[0] for row in work.run(statement("refunds"), {"refunds": Jsonb(refunds)})}
    if changed:
        work.count(statement("refunded"), {"ids": sorted(changed)})
    return changed
