"""What a list of customers may be filtered by. Each filter means all of its conditions."""

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Optional

import strawberry

from resolvers.criteria import Node, Parser
from schema.enums import ChurnRisk, ClvTier, RfmSegment
from schema.names import camel


def _given(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


_EQUAL, _AMONG, _NOT_AMONG = "Is this value.", "Is one of these values.", "Is known and none of these values."
_NULL = "Whether there is no value."


@strawberry.input(description="Conditions on a text.")
class TextFilter:
    eq: str | None = _given(_EQUAL)
    in_: list[str] | None = _given(_AMONG, "in")
    not_in: list[str] | None = _given(_NOT_AMONG)
    starts_with: str | None = _given("Begins with this text.")
    is_null: bool | None = _given(_NULL)


@strawberry.input(description="Conditions on a whole number.")
class IntFilter:
    eq: int | None = _given(_EQUAL)
    in_: list[int] | None = _given(_AMONG, "in")
    not_in: list[int] | None = _given(_NOT_AMONG)
    gte: int | None = _given("At least this.")
    gt: int | None = _given("Above this.")
    lte: int | None = _given("At most this.")
    lt: int | None = _given("Below this.")
    is_null: bool | None = _given(_NULL)


@strawberry.input(description="Conditions on an amount in the tenant's currency.")
class DecimalFilter:
    eq: Decimal | None = _given(_EQUAL)
    in_: list[Decimal] | None = _given(_AMONG, "in")
    not_in: list[Decimal] | None = _given(_NOT_AMONG)
    gte: Decimal | None = _given("At least this.")
    gt: Decimal | None = _given("Above this.")
    lte: Decimal | None = _given("At most this.")
    lt: Decimal | None = _given("Below this.")
    is_null: bool | None = _given(_NULL)


@strawberry.input(description="Conditions on a probability.")
class FloatFilter:
    gte: float | None = _given("At least this.")
    gt: float | None = _given("Above this.")
    lte: float | None = _given("At most this.")
    lt: float | None = _given("Below this.")
    is_null: bool | None = _given(_NULL)


@strawberry.input(description="Conditions on a day.")
class DateFilter:
    eq: date | None = _given(_EQUAL)
    gte: date | None = _given("On this day or later.")
    gt: date | None = _given("After this day.")
    lte: date | None = _given("On this day or earlier.")
    lt: date | None = _given("Before this day.")
    is_null: bool | None = _given(_NULL)


@strawberry.input(description="Conditions on an instant.")
class DateTimeFilter:
    gte: datetime | None = _given("At this instant or later.")
    gt: datetime | None = _given("After this instant.")
    lte: datetime | None = _given("At this instant or earlier.")
    lt: datetime | None = _given("Before this instant.")
    is_null: bool | None = _given(_NULL)


@strawberry.input(description="Conditions on the RFM segment.")
class RfmSegmentFilter:
    eq: RfmSegment | None = _given(_EQUAL)
    in_: list[RfmSegment] | None = _given(_AMONG, "in")
    not_in: list[RfmSegment] | None = _given(_NOT_AMONG)
    is_null: bool | None = _given(_NULL)


@strawberry.input(description="Conditions on the tier of lifetime value.")
class ClvTierFilter:
    eq: ClvTier | None = _given(_EQUAL)
    in_: list[ClvTier] | None = _given(_AMONG, "in")
    not_in: list[ClvTier] | None = _given(_NOT_AMONG)
    is_null: bool | None = _given(_NULL)


@strawberry.input(description="Conditions on the risk class.")
class ChurnRiskFilter:
    eq: ChurnRisk | None = _given(_EQUAL)
    in_: list[ChurnRisk] | None = _given(_AMONG, "in")
    not_in: list[ChurnRisk] | None = _given(_NOT_AMONG)
    is_null: bool | None = _given(_NULL)


@strawberry.input(
    description="Which customers: all conditions must hold. A condition does not hold for want of a value, "
    "unless it is `isNull`; `not` is true of all others."
)
class CustomerFilter:
    all: list["CustomerFilter"] | None = _given("Every one of these holds.")
    any: list["CustomerFilter"] | None = _given("At least one of these holds.")
    not_: Optional["CustomerFilter"] = _given("This does not hold.", "not")
    external_id: TextFilter | None = _given("The shop's own id of the customer.")
    email: TextFilter | None = _given("E-mail; case does not count.")
    name: TextFilter | None = _given("First and last name; case does not count.")
    last_name: TextFilter | None = _given("Last name; case does not count.")
    created_at: DateTimeFilter | None = _given("When the customer joined the shop.")
    rfm_segment: RfmSegmentFilter | None = _given("RFM segment.")
    recency_score: IntFilter | None = _given("Recency score, 1 to 5.")
    frequency_score: IntFilter | None = _given("Frequency score, 1 to 5.")
    monetary_score: IntFilter | None = _given("Monetary score, 1 to 5.")
    recency_days: IntFilter | None = _given("Whole days since the last day with a purchase.")
    frequency: IntFilter | None = _given("Days on which the customer bought.")
    monetary: DecimalFilter | None = _given("Net revenue so far.")
    first_order_on: DateFilter | None = _given("The shop's local day of the first purchase.")
    last_order_on: DateFilter | None = _given("The shop's local day of the last purchase.")
    clv_tier: ClvTierFilter | None = _given("Tier of lifetime value.")
    expected_value: DecimalFilter | None = _given("Revenue expected within the horizon.")
    predicted_value: DecimalFilter | None = _given("Revenue so far and expected.")
    churn_risk: ChurnRiskFilter | None = _given("Risk class.")
    churn_probability: FloatFilter | None = _given("Chance of no order within the horizon, 0 to 1.")
    alive_probability: FloatFilter | None = _given("Chance that the customer has not dropped out, 0 to 1.")


def criteria_of(given: CustomerFilter | None) -> Node | None:
    """The criteria that a filter stands for; None for one without conditions.

    Raises InvalidInputError, whose field is the path to it, for what is not accepted.
    """
    if given is None or not (found := _plain(given)):
        return None
    return Parser("filter", spell=_spelled).whole(found)


def _spelled(name: str) -> str:
    return "isNull" if name == "exists" else camel(name)


def _plain(given: Any) -> Any:
    """An input as the criteria write it: without what was left out, `isNull` turned to `exists`."""
    if isinstance(given, list):
        return [_plain(each) for each in given]
    if isinstance(given, Enum):
        return given.value
    if not hasattr(given, "__strawberry_definition__"):
        return given
    found = {}
    for name, value in vars(given).items():
        if value is strawberry.UNSET:
            continue
        if name == "is_null":
            found["exists"] = not value if isinstance(value, bool) else value
        else:
            found[name.removesuffix("_")] = _plain(value)
    return found
