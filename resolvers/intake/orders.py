"""Orders that purchases tell of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, NamedTuple

import orjson

from kit.db import Work
from kit.money import MINOR_DIGITS
from resolvers.imports.links import relink
from resolvers.imports.statements import statement
from resolvers.imports.tenant import mark_changed
from resolvers.privacy.erased import Erased

_UPSERT = statement("purchase_upsert")
_CHUNK = 2_000


class Purchase(NamedTuple):
    """An order as a purchase tells of it."""

    external_id: str
    customer_id: int | None
    placed_at: datetime
    amount: str
    currency: str
    items: int | None

    @classmethod
    def of(
        cls, properties: Mapping[str, Any], occurred_at: datetime, customer: int | None, currency: str
    ) -> "Purchase":
        """The order of an event that makes one; in the tenant's currency unless the event tells another."""
        code = properties.get("currency") or currency
        digits = Decimal(1).scaleb(-MINOR_DIGITS.get(code, 2))
        amount = Decimal(str(properties["amount"])).quantize(digits, ROUND_HALF_EVEN)
        name = str(properties["order_id"]).strip()
        return cls(name, customer, occurred_at, str(amount), code, _pieces(properties.get("items")))


def _pieces(items: Any) -> int | None:
    """How many pieces: of a list of products their quantities together, each one unless told."""
    if isinstance(items, list):
        counts = [each.get("quantity", 1) for each in items]
        total = sum(each for each in counts if type(each) is int and each >= 0)
        return min(total, 2**31 - 1)
    return items if isinstance(items, int) else None


def upsert_orders(work: Work, tenant: int, purchases: Sequence[Purchase]) -> None:
    """Add the orders, or bring those that are there up to date; of several purchases of one the last counts.

    An order that is there keeps its moment, its status and its customer; one of an erased customer stays as
    it is. Where any is not as it was, the tenant's scores are out of date.
    """
    erased = Erased(work).among("order", [each.external_id for each in purchases])
    last = sorted({each.external_id: each for each in purchases if each.external_id not in erased}.items())
    changed: list[int] = []
    for start in range(0, len(last), _CHUNK):
        rows = orjson.dumps([each._asdict() for _, each in last[start : start + _CHUNK]]).decode()
        changed += [row[0] for row in work.run(_UPSERT, {"rows": rows})]
    if not changed:
        return
    if work.run(statement("link_any"))[0][0]:
        relink(work, changed)
    mark_changed(work, tenant)
