"""What a list of customers may be sorted by."""

from enum import Enum
from typing import Any

import strawberry

from schema.enums import SortDirection


def _by(name: str, description: str) -> Any:
    return strawberry.enum_value(name, description=description)


@strawberry.enum(description="What customers are sorted by.")
class CustomerSortField(Enum):
    ID = _by("id", "Their ids, which grow as customers come in.")
    NAME = _by("name", "First and last name, case aside, by code point.")
    LAST_NAME = _by("last_name", "Last name, case aside, by code point.")
    CREATED_AT = _by("created_at", "When they joined the shop.")
    RFM_SEGMENT = _by("rfm_segment", "RFM segment, in the order of the enum.")
    RECENCY_SCORE = _by("recency_score", "Recency score.")
    FREQUENCY_SCORE = _by("frequency_score", "Frequency score.")
    MONETARY_SCORE = _by("monetary_score", "Monetary score.")
    RECENCY_DAYS = _by("recency_days", "Days since the last purchase.")
    FREQUENCY = _by("frequency", "Days on which they bought.")
    MONETARY = _by("monetary", "Net revenue so far.")
    FIRST_ORDER_ON = _by("first_order_on", "The day of the first purchase.")
    LAST_ORDER_ON = _by("last_order_on", "The day of the last purchase.")
    CLV_TIER = _by("clv_tier", "Tier of lifetime value, high first.")
    EXPECTED_VALUE = _by("expected_value", "Revenue expected within the horizon.")
    PREDICTED_VALUE = _by("predicted_value", "Revenue so far and expected.")
    CHURN_RISK = _by("churn_risk", "Risk class, active first.")
    CHURN_PROBABILITY = _by("churn_probability", "Chance of no order within the horizon.")
    ALIVE_PROBABILITY = _by("alive_probability", "Chance of not having dropped out.")


@strawberry.input(
    description="The order of a list of customers. Those without the value stand last, up and down; among "
    "equals the ids decide, in the same direction."
)
class CustomerSort:
    field: CustomerSortField = strawberry.field(description="What to sort by.")
    direction: SortDirection = strawberry.field(default=SortDirection.ASC, description="Up or down.")
