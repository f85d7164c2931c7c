"""What the last runs found about a tenant's customers: lists by class, from what a run has stored."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Text, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import TENANT, prepare
from kit.errors import InvalidInputError
from kit.zone import EPOCH, day_number
from models import TABLES
from models.listing import ALL, LONGEST
from models.score import RISKS, SEGMENTS, TIERS
from resolvers import customers, scores
from resolvers.context import READ, Ctx
from resolvers.customers import CustomerRow
from resolvers.scores import ScoreRow
from resolvers.tenants import TenantRow

LISTINGS = TABLES["score_listing"]
CLASSES = {"rfm": SEGMENTS, "clv": TIERS, "churn": RISKS}
_NOUN = {"rfm": "segment", "clv": "tier", "churn": "risk_level"}
_DEFAULT_LIMIT = 100


class Scored(NamedTuple):
    """A customer in a list, with what is needed to show why it is there."""

    customer: CustomerRow
    score: ScoreRow


class _Listing(NamedTuple):
    analysis: str
    name: str
    customer_ids: list[int]


_LISTED = prepare(
    select(LISTINGS.c.analysis, LISTINGS.c["class"], LISTINGS.c.customer_ids).where(
        LISTINGS.c.tenant_id == TENANT,
        LISTINGS.c.analysis == any_(bindparam("analyses", type_=ARRAY(Text))),
        LISTINGS.c["class"] == any_(bindparam("classes", type_=ARRAY(Text))),
    )
)


async def listings(ctx: Ctx, tenant: int, keys: list[tuple[str, str]]) -> list[list[int]]:
    """Batch function: the customers of each (analysis, class), best first; empty for one without."""
    analyses, classes = ([*dict.fromkeys(each)] for each in zip(*keys, strict=True))
    rows = await ctx.reader.fetch(_LISTED, _Listing, tenant=tenant, analyses=analyses, classes=classes)
    found = {(row.analysis, row.name): row.customer_ids for row in rows}
    return [found.get(key, []) for key in keys]


def class_named(analysis: str, name: str) -> str:
    """The class a caller means, whatever the case; "Champion" stands for Champions.

    Raises InvalidInputError that lists the accepted names.
    """
    wanted = name.strip().casefold().replace("_", " ")
    for each in CLASSES[analysis]:
        known = each.casefold().replace("_", " ")
        if wanted in {known, known.removesuffix("s")}:
            return each
    noun = _NOUN[analysis]
    accepted = ", ".join(CLASSES[analysis])
    raise InvalidInputError(noun, f"'{name}' is not a {noun}; accepted are {accepted}.")


def checked_limit(limit: int | None, name: str) -> int:
    """How many results a list holds. Raises InvalidInputError outside 1 to 1000, under the caller's name."""
    if limit is None:
        return _DEFAULT_LIMIT
    if not 1 <= limit <= LONGEST:
        raise InvalidInputError(name, f"{name} is {limit}; accepted are 1 to {LONGEST}.")
    return limit


async def members(
    ctx: Ctx, tenant: int, analysis: str, classes: list[str], limit: int
) -> dict[str, list[int]]:
    """The first customers of each class, best first; empty for a class without customers."""
    ctx.allow(tenant, READ)
    keys = [(analysis, name) for name in classes]
    found = await ctx.loader("listings", tenant, listings).load_many(keys)
    return {name: ids[:limit] for name, ids in zip(classes, found, strict=True)}


async def scored(ctx: Ctx, tenant: int, analysis: str, name: str, limit: int) -> list[Scored]:
    """The first customers of a class (or of `all`) with their scores, best first."""
    ids = (await members(ctx, tenant, analysis, [name], limit))[name]
    if not ids:
        return []
    people = await customers.BY_ID.find_all(ctx, tenant, ids)
    values = await scores.of_customers(ctx, tenant, ids)
    return [
        Scored(person, value)
        for person, value in zip(people, values, strict=True)
        if person is not None and value is not None
    ]


async def top_customers(
    ctx: Ctx, tenant: int, *, tier: str | None, limit: int | None, limit_name: str = "limit"
) -> list[Scored]:
    """The customers of the highest predicted value, of one tier or of all."""
    name = ALL if tier is None else class_named("clv", tier)
    return await scored(ctx, tenant, "clv", name, checked_limit(limit, limit_name))


async def customers_at_risk(
    ctx: Ctx, tenant: int, *, risk: str | None, limit: int | None, limit_name: str = "limit"
) -> list[Scored]:
    """The most valuable customers of a risk class, `at_risk` unless another is named."""
    name = "at_risk" if risk is None else class_named("churn", risk)
    return await scored(ctx, tenant, "churn", name, checked_limit(limit, limit_name))


def days_since(tenant: TenantRow, as_of: Any, last_order_on: date | None) -> int | None:
    """Whole local days from the last order to the run's instant."""
    if last_order_on is None:
        return None
    return day_number(as_of, tenant.time_zone) - (last_order_on - EPOCH.date()).days
