"""Amounts with their currency."""

from decimal import Decimal
from typing import overload

import strawberry

from kit.errors import InvalidInputError
from schema.enums import IntervalReason
from schema.scalars import CurrencyCode

_CENT = Decimal("0.01")
_LONGEST = 40
"""Digits before and after the point that an amount may be given with."""


@strawberry.type(description="An amount of money. Exact: the amount is decimal text, never a float.")
class Money:
    amount: Decimal = strawberry.field(description="The amount, as decimal text.")
    currency_code: CurrencyCode = strawberry.field(description="The currency of the amount.")


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
    """Money of an amount in a currency; None stays None. Amounts show no zeros past the cents."""
    if amount is None:
        return None
    value = amount if type(amount) is Decimal else Decimal(amount)
    cents = value.quantize(_CENT)
    return Money(amount=cents if cents == value else value.normalize(), currency_code=CurrencyCode(currency))


def amount(value: Decimal | None, field: str) -> Decimal | None:
    """An amount to compare with. Raises InvalidInputError for one that no amount could be compared with."""
    if value is not None and not (value.is_finite() and abs(value.adjusted()) < _LONGEST):
        raise InvalidInputError(
            field, f"{field} is {str(value)[:30]}; a plain amount such as 12.50 is accepted."
        )
    return value
