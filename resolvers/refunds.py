"""Refunds of an order, and of a customer."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select

from kit.db import TENANT
from kit.page import INSTANT
from models import TABLES
from resolvers.keyset import KeysetList
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
LIST = KeysetList(
    "refund",
    REFUNDS,
    select(*(REFUNDS.c[name] for name in RefundRow._fields)).where(REFUNDS.c.tenant_id == TENANT),
    RefundRow,
    usual=_NEWEST,
)
"""The tenant's refunds, newest first."""
OF_ORDER = Relation(LIST, REFUNDS.c.order_id)
OF_CUSTOMER = Relation(LIST, REFUNDS.c.customer_id)
