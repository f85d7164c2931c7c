"""Merges that stand: those of customers, newest first; and one, also where it is undone."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from kit.db import TENANT
from kit.page import INSTANT
from models import TABLES
from resolvers.keyset import KeysetList
from resolvers.lookup import Lookup
from resolvers.relation import Relation
from resolvers.sorting import Order, SortKey

MERGES = TABLES["customer_merge"]


class MergeRow(NamedTuple):
    """Who was merged into whom, and how much of theirs. What they were known by is told while it stands."""

    tenant_id: int
    id: int
    from_id: int
    into_id: int
    survivor_id: int
    external_id: str | None
    email_norm: str | None
    origin: str
    reason: str | None
    merged_at: datetime
    undone_at: datetime | None
    orders: int
    refunds: int
    events: int


_NEWEST = Order.of("merge", MERGES.c.id, SortKey("merged_at", MERGES.c.merged_at, INSTANT, descending=True))
_OF_TENANT = select(*(MERGES.c[name] for name in MergeRow._fields)).where(MERGES.c.tenant_id == TENANT)
_STANDING = KeysetList(
    "merge", MERGES, _OF_TENANT.where(MERGES.c.undone_at.is_(None)), MergeRow, usual=_NEWEST
)
OF_SURVIVOR = Relation(_STANDING, MERGES.c.survivor_id)
"""Who was merged into a customer, also by way of others."""
BY_ID = Lookup(_OF_TENANT, MERGES.c.id, MergeRow)
find = BY_ID.find
"""The merge of a number; None if the tenant has none such."""
