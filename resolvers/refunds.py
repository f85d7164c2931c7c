"""Refunds: one, those of an order, and those of a customer."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select

from kit.db import TENANT
from kit.page import INSTANT
from models import TABLES
from resolvers.keyset import KeysetList
from resolvers.lookup import Lookup
from resolvers.relation import Relation
from resolvers.sorting import Order, SortKey

REFUNDS = TABLES["refund"]


class RefundRow(NamedTuple):
    tenant_id: int
    id: int
    external_id: str
    customer_id: int | None
    order_id: int | None
    linked_by: str | None
    refunded_at: datetime
    amount: Decimal
    currency: str


_NEWEST = Order.of(
    "refund", REFUNDS.c.id, SortKey("refunded_at", REFUNDS.c.refunded_at, INSTANT, descending=True)
)
_OF_TENANT = select(*(REFUNDS.c[name] for name in RefundRow._fields)).where(REFUNDS.c.tenant_id == TENANT)
LIST = KeysetList("refund", REFUNDS, _OF_TENANT, RefundRow, usual=_NEWEST)
"""The tenant's refunds, newest first."""
OF_ORDER = Relation(LIST, REFUNDS.c.order_id)
OF_CUSTOMER = Relation(LIST, REFUNDS.c.customer_id)
BY_ID = Lookup(_OF_TENANT, REFUNDS.c.id, RefundRow)
BY_EXTERNAL_ID = Lookup(_OF_TENANT, REFUNDS.c.external_id, RefundRow)
find_by_external_id = BY_EXTERNAL_ID.find
"""The refund of the shop's own id; None if the tenant has none such."""
