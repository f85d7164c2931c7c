"""What criteria may speak of: every score and the fields of a profile."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, FromClause, case

from kit.page import DAY, DECIMAL, FLOAT, INSTANT, INTEGER, TEXT, Kind
from models.score import RISKS, SEGMENTS, TIERS
from resolvers.folding import folded_email, folded_name
from resolvers.standing import CUSTOMERS, SCORES, with_scores

AGES = ("within_days", "more_than_days_ago")
"""Comparisons with the tenant's own day of today."""


class Source(Enum):
    """Where a field is: in a table of customers', or in what an event or a tally of rows tells of itself."""

    CUSTOMER = "customer"
    SCORE = "score"
    TALLIED = "tallied"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Field:
    """One field. `choices` are all its values where they are few; `folded` makes one as the column has it."""

    name: str
    column: ColumnElement[Any]
    kind: Kind
    meaning: str
    source: Source
    choices: tuple[str, ...] = ()
    folded: Callable[[ColumnElement[Any]], ColumnElement[Any]] | None = None
    bytewise: bool = False
    """Whether the column is sorted byte by byte, so that an index finds what a text begins with."""

    @property
    def operators(self) -> tuple[str, ...]:
        """The comparisons it accepts."""
        if self.choices:
            return "eq", "in", "not_in", "exists"
        if self.kind is TEXT:
            return "eq", "in", "not_in", "starts_with", "exists"
        exact = ("eq", "in", "not_in", "gte", "gt", "lte", "lt", "between", "exists")
        return (*exact, *AGES) if self.kind in (DAY, INSTANT) else exact

    @property
    def sorted_by(self) -> tuple[ColumnElement[Any], Kind]:
        """What a list in the order of this field is sorted by: choices in the order of their list."""
        if not self.choices:
            return self.column, self.kind
        return case({value: place for place, value in enumerate(self.choices)}, value=self.column), INTEGER

    def shown(self, value: Any) -> str:
        """A value as text."""
        if isinstance(value, Decimal):
            return format(value.normalize() if value else Decimal(0), "f")
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return str(value)


def _profile(name: str, column: str, kind: Kind, meaning: str, **more: Any) -> Field:
    return Field(name, CUSTOMERS.c[column], kind, meaning, Source.CUSTOMER, **more)


def _score(name: str, kind: Kind, meaning: str, *choices: str, column: str = "") -> Field:
    return Field(name, SCORES.c[column or name], kind, meaning, Source.SCORE, choices)


_ALL = (
    _profile("external_id", "external_id", TEXT, "The shop's own id of the customer"),
    _profile("email", "email_norm", TEXT, "E-mail; case does not count", folded=folded_email),
    _profile(
        "name",
        "name_norm",
        TEXT,
        "First and last name; case and accents do not count",
        folded=folded_name,
        bytewise=True,
    ),
    _profile(
        "last_name",
        "last_name_norm",
        TEXT,
        "Last name; case and accents do not count",
        folded=folded_name,
        bytewise=True,
    ),
    _profile("created_at", "created_at", INSTANT, "When the customer joined the shop"),
    _score("rfm_segment", TEXT, "RFM segment", *SEGMENTS, column="segment"),
    _score("recency_score", INTEGER, "Recency score, 1 to 5"),
    _score("frequency_score", INTEGER, "Frequency score, 1 to 5"),
    _score("monetary_score", INTEGER, "Monetary score, 1 to 5"),
    _score("recency_days", INTEGER, "Whole days since the last day with a purchase, as of the run"),
    _score("frequency", INTEGER, "Days on which the customer bought"),
    _score("monetary", DECIMAL, "Net revenue so far, in the tenant's currency"),
    _score("first_order_on", DAY, "The shop's local day of the first purchase"),
    _score("last_order_on", DAY, "The shop's local day of the last purchase"),
    _score("clv_tier", TEXT, "Tier of lifetime value", *TIERS),
    _score("expected_value", DECIMAL, "Revenue expected within the horizon"),
    _score("predicted_value", DECIMAL, "Revenue so far and expected"),
    _score("churn_risk", TEXT, "Risk class", *RISKS),
    _score("churn_probability", FLOAT, "Chance of no order within the horizon, 0 to 1"),
    _score("alive_probability", FLOAT, "Chance that the customer has not dropped out, 0 to 1"),
)
FIELDS = {field.name: field for field in _ALL}
"""The fields by their names."""

FROM: dict[bool, FromClause] = {False: CUSTOMERS, True: with_scores(CUSTOMERS)}
"""What to select customers from, without scores and with those that stand. Name the tenant besides."""
