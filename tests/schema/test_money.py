"""Amounts as they are shown."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.money import _CENT, _shown

PLAIN = st.decimals(-(10**15), 10**15, places=4)
FINE = st.decimals(-(10**9), 10**9, places=9)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("12.5000", "12.50"),
        ("12.3450", "12.345"),
        ("12.3456", "12.3456"),
        ("-0.5000", "-0.50"),
        ("0.0000", "0.00"),
        ("7", "7.00"),
        ("1E+3", "1000.00"),
        ("1E-7", "0.0000001"),
        ("100.00", "100.00"),
        ("0.1", "0.10"),
    ],
)
def test_an_amount_shows_no_exponent_and_no_zeros_past_the_cents(value, text):
    assert _shown(Decimal(value)) == text


@given(PLAIN | FINE)
def test_it_is_the_amount(value):
    cents = value.quantize(_CENT)
    assert _shown(value) == format(cents if cents == value else value.normalize(), "f")
