"""What a list of customers may be filtered by. Each filter means all of its conditions."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Optional

import strawberry

from kit import ids
from kit.errors import InvalidInputError
from resolvers.criteria import Node, Parser
from schema.enums import ChurnRisk, ClvTier, RfmSegment
from schema.given import optional
from schema.names import camel

_SEGMENT = "Segment"
_EQUAL, _AMONG, _NOT_AMONG = "Is this value.", "Is one of these values.", "Is known and none of these values."
_NULL = "Whether there is no value."


@strawberry.input(description="Conditions on a text.")
class TextFilter:
    eq: str | None = optional(_EQUAL)
    in_: list[str] | None = optional(_AMONG, "in")
    not_in: list[str] | None = optional(_NOT_AMONG)
    starts_with: str | None = optional("Begins with this text.")
    is_null: bool | None = optional(_NULL)


@strawberry.input(description="Conditions on a whole number.")
class IntFilter:
    eq: int | None = optional(_EQUAL)
    in_: list[int] | None = optional(_AMONG, "in")
    not_in: list[int] | None = optional(_NOT_AMONG)
    gte: int | None = optional("At least this.")
    gt: int | None = optional("Above this.")
    lte: int | None = optional("At most this.")
    lt: int | None = optional("Below this.")
    is_null: bool | None = optional(_NULL)


@strawberry.input(description="Conditions on an amount in the tenant's currency.")
class DecimalFilter:
    eq: Decimal | None = optional(_EQUAL)
    in_: list[Decimal] | None = optional(_AMONG, "in")
    not_in: list[Decimal] | None = optional(_NOT_AMONG)
    gte: Decimal | None = optional("At least this.")
    gt: Decimal | None = optional("Above this.")
    lte: Decimal | None = optional("At most this.")
    lt: Decimal | None = optional("Below this.")
    is_null: bool | None = optional(_NULL)


@strawberry.input(description="Conditions on a probability.")
class FloatFilter:
    gte: float | None = optional("At least this.")
    gt: float | None = optional("Above this.")
    lte: float | None = optional("At most this.")
    lt: float | None = optional("Below this.")
    is_null: bool | None = optional(_NULL)


@strawberry.input(description="Conditions on a day.")
class DateFilter:
    eq: date | None = optional(_EQUAL)
    gte: date | None = optional("On this day or later.")
    gt: date | None = optional("After this day.")
    lte: date | None = optional("On this day or earlier.")
    lt: date | None = optional("Before this day.")
    is_null: bool | None = optional(_NULL)


@strawberry.input(description="Conditions on an instant.")
class DateTimeFilter:
    gte: datetime | None = optional("At this instant or later.")
    gt: datetime | None = optional("After this instant.")
    lte: datetime | None = optional("At this instant or earlier.")
    lt: datetime | None = optional("Before this instant.")
    is_null: bool | None = optional(_NULL)


@strawberry.input(description="Conditions on the RFM segment.")
class RfmSegmentFilter:
    eq: RfmSegment | None = optional(_EQUAL)
    in_: list[RfmSegment] | None = optional(_AMONG, "in")
    not_in: list[RfmSegment] | None = optional(_NOT_AMONG)
    is_null: bool | None = optional(_NULL)


@strawberry.input(description="Conditions on the tier of lifetime value.")
class ClvTierFilter:
    eq: ClvTier | None = optional(_EQUAL)
    in_: list[ClvTier] | None = optional(_AMONG, "in")
    not_in: list[ClvTier] | None = optional(_NOT_AMONG)
    is_null: bool | None = optional(_NULL)


@strawberry.input(description="Conditions on the risk class.")
class ChurnRiskFilter:
    eq: ChurnRisk | None = optional(_EQUAL)
    in_: list[ChurnRisk] | None = optional(_AMONG, "in")
    not_in: list[ChurnRisk] | None = optional(_NOT_AMONG)
    is_null: bool | None = optional(_NULL)


@strawberry.input(description="Conditions on something that is so or not.")
class BooleanFilter:
    eq: bool | None = optional(_EQUAL)
    is_null: bool | None = optional(_NULL)


@strawberry.input(description="Conditions on what a customer last said of channels: eq true has agreed.")
class ConsentFilter:
    email: BooleanFilter | None = optional("E-mail.")
    sms: BooleanFilter | None = optional("Short messages.")
    push: BooleanFilter | None = optional("Messages of an app or a browser.")
    whatsapp: BooleanFilter | None = optional("WhatsApp.")
    phone: BooleanFilter | None = optional("Calls.")
    post: BooleanFilter | None = optional("Letters.")


@strawberry.input(description="Conditions on the segments that a customer is in, by their global ids.")
class SegmentsFilter:
    any: list[strawberry.ID] | None = optional("Is in at least one of these.")
    all: list[strawberry.ID] | None = optional("Is in every one of these.")
    none: list[strawberry.ID] | None = optional("Is in none of these.")


@strawberry.input(
    description="Which customers: all conditions must hold. A condition does not hold for want of a value, "
    "unless it is `isNull`; `not` is true of all others."
)
class CustomerFilter:
    all: list["CustomerFilter"] | None = optional("Every one of these holds.")
    any: list["CustomerFilter"] | None = optional("At least one of these holds.")
    not_: Optional["CustomerFilter"] = optional("This does not hold.", "not")
    segments: SegmentsFilter | None = optional("The segments that the customer is in.")
    consent: ConsentFilter | None = optional("What the customer has agreed to or refused, by channel.")
    external_id: TextFilter | None = optional("The shop's own id of the customer.")
    email: TextFilter | None = optional("E-mail; case does not count.")
    name: TextFilter | None = optional("First and last name; case and accents do not count.")
    last_name: TextFilter | None = optional("Last name; case and accents do not count.")
    created_at: DateTimeFilter | None = optional("When the customer joined the shop.")
    rfm_segment: RfmSegmentFilter | None = optional("RFM segment.")
    recency_score: IntFilter | None = optional("Recency score, 1 to 5.")
    frequency_score: IntFilter | None = optional("Frequency score, 1 to 5.")
    monetary_score: IntFilter | None = optional("Monetary score, 1 to 5.")
    recency_days: IntFilter | None = optional("Whole days since the last day with a purchase.")
    frequency: IntFilter | None = optional("Days on which the customer bought.")
    monetary: DecimalFilter | None = optional("Net revenue so far.")
    first_order_on: DateFilter | None = optional("The shop's local day of the first purchase.")
    last_order_on: DateFilter | None = optional("The shop's local day of the last purchase.")
    clv_tier: ClvTierFilter | None = optional("Tier of lifetime value.")
    expected_value: DecimalFilter | None = optional("Revenue expected within the horizon.")
    predicted_value: DecimalFilter | None = optional("Revenue so far and expected.")
    churn_risk: ChurnRiskFilter | None = optional("Risk class.")
    churn_probability: FloatFilter | None = optional("Chance of no order within the horizon, 0 to 1.")
    alive_probability: FloatFilter | None = optional("Chance that the customer has not dropped out, 0 to 1.")


def criteria_given(criteria: Any, filters: Any) -> Any:
    """The criteria that an input gives, as they are or as a filter, in their own language; None for none.

    What may be left out is `UNSET` or null. Raises InvalidInputError where both are given, and for a filter
    that is not accepted or has no conditions.
    """
    criteria, filters = (None if each is strawberry.UNSET else each for each in (criteria, filters))
    if filters is None:
        return criteria
    if criteria is not None:
        raise InvalidInputError("filter", "Give criteria or filter, not both.")
    found = _plain(filters)
    _tree(found)
    return _json(found)


def criteria_of(given: CustomerFilter | None, tenant: int) -> Node | None:
    """The criteria that a filter of a tenant's customers stands for; None for one without conditions.

    Raises InvalidInputError, whose field is the path to it, for what is not accepted.
    """
    if given is None or not (found := _plain(given)):
        return None

    def segment(text: Any, path: str) -> int:
        owner, number = ids.number(text, _SEGMENT, parts=2, field=path)
        if owner != tenant:
            raise InvalidInputError(path, f"'{text[:60]}' is a segment of another tenant.")
        return number

    return _tree(found, segment)


def _tree(found: Any, segment: Callable[[Any, str], int] | None = None) -> Node:
    return Parser("filter", spell=_spelled, segment=segment).whole(found)


def _json(found: Any) -> Any:
    """Criteria with the values that JSON has: amounts, days and instants as text."""
    if isinstance(found, dict):
        return {name: _json(each) for name, each in found.items()}
    if isinstance(found, list):
        return [_json(each) for each in found]
    if isinstance(found, Decimal):
        return format(found, "f")
    return found.isoformat() if isinstance(found, date) else found


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
