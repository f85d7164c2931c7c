"""Amounts with their currency."""

from collections.abc import Sequence
from decimal import Decimal
from typing import overload

import strawberry

from kit.errors import InvalidInputError
from schema.batching import held
from schema.enums import IntervalReason
from schema.parts import Parts
from schema.scalars import CurrencyCode

_CENT = Decimal("0.01")
_LONGEST = 40
"""Digits before and after the point that an amount may be given with."""


def _shown(value: Decimal) -> str:
    """An amount without an exponent, and without zeros past the cents."""
    text = str(value)
    if text[-5:-4] == "." and text[-2:] == "00":
        # As the database has most of them: with four decimals.
        return text[:-2]
    cents = value.quantize(_CENT)
    return format(cents if cents == value else value.normalize(), "f")


def _all_shown(values: Sequence[Decimal]) -> list[str]:
    return [*map(_shown, values)]


@strawberry.type(description="An amount of money. Exact: the amount is decimal text, never a float.")
class Money:
    value: strawberry.Private[Decimal]
    currency: strawberry.Private[str]
    amount: Decimal = held("value", make=_all_shown, description="The amount, as decimal text.")
    currency_code: CurrencyCode = held("currency", description="The currency of the amount.")

    @property
    def row(self) -> "Money":
        """What its fields are made of: itself."""
        return self


@strawberry.type(description="Where an amount should lie.")
class MoneyInterval:
    low: Money | None = strawberry.field(description="The lower bound; null where it is not known.")
    high: Money | None = strawberry.field(description="The upper bound; null where it is not known.")
    level: float = strawberry.field(description="The chance that the amount lies within, such as 0.9.")
    reason: IntervalReason | None = strawberry.field(
        description="Why the bounds are not known; null where they are."
    )


@overload
def money(amount: Decimal | str, currency: str) -> Money: ...
@overload
def money(amount: Decimal | str | None, currency: str) -> Money | None: ...
def money(amount: Decimal | str | None, currency: str) -> Money | None:
    """Money of an amount in a currency; None stays None."""
    if amount is None:
        return None
    value = amount if type(amount) is Decimal else Decimal(amount)
    return Money(value=value, currency=currency)


MONEY = Parts(("value", "currency"), money)
"""Money of columns of amounts and of their currencies."""


def amount(value: Decimal | None, field: str) -> Decimal | None:
    """An amount to compare with. Raises InvalidInputError for one that no amount could be compared with."""
    if value is not None and not (value.is_finite() and abs(value.adjusted()) < _LONGEST):
        raise InvalidInputError(
            field, f"{field} is {str(value)[:30]}; a plain amount such as 12.50 is accepted."
        )
    return value
