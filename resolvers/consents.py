"""Consents of customers: what they have agreed to, by channel."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Text, any_, bindparam, exists, select
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import TENANT, prepare
from kit.errors import InvalidInputError
from models import TABLES
from models.consent import CHANNELS
from resolvers.context import READ, Ctx

CONSENTS = TABLES["customer_consent"]


class ConsentRow(NamedTuple):
    """What a customer last said of a channel, where and when."""

    customer_id: int
    channel: str
    is_granted: bool
    source: str | None
    recorded_at: datetime


_OF_CUSTOMERS = prepare(
    select(*(CONSENTS.c[name] for name in ConsentRow._fields))
    .where(
        CONSENTS.c.tenant_id == TENANT,
        CONSENTS.c.customer_id == any_(bindparam("ids", type_=ARRAY(BigInteger))),
    )
    .order_by(CONSENTS.c.customer_id, CONSENTS.c.channel)
)


async def by_customers(ctx: Ctx, tenant: int, customers: list[int]) -> list[list[ConsentRow]]:
    """Batch function: the consents of each customer, by channel."""
    found: dict[int, list[ConsentRow]] = {each: [] for each in customers}
    for row in await ctx.reader.fetch(_OF_CUSTOMERS, ConsentRow, tenant=tenant, ids=customers):
        found[row.customer_id].append(row)
    return [found[each] for each in customers]


async def of_customers(ctx: Ctx, tenant: int, customers: Sequence[int]) -> list[list[ConsentRow]]:
    """The consents of customers, in their order."""
    ctx.allow(tenant, READ)
    return await ctx.loader("consents", tenant, by_customers).load_many(customers)


def channel_named(name: str) -> str:
    """The channel a caller means, whatever the case. Raises InvalidInputError for another."""
    found = name.strip().lower()
    if found not in CHANNELS:
        raise InvalidInputError(
            "channel", f"'{name[:60]}' is not a channel; accepted are {', '.join(CHANNELS)}."
        )
    return found


def agrees(customer: ColumnElement[int]) -> ColumnElement[bool]:
    """That a customer has agreed to the channel that the parameter `channel` names."""
    return exists().where(
        CONSENTS.c.tenant_id == TENANT,
        CONSENTS.c.customer_id == customer,
        CONSENTS.c.channel == bindparam("channel", type_=Text()),
        CONSENTS.c.is_granted,
    )
