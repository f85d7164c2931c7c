"""The stand-in for a model in a shop with few repeat buyers."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.heuristics import own_rate

NOBODY = np.zeros(2, np.bool_)


def test_own_rate_is_drawn_to_the_tenants() -> None:
    x, T = np.array([3, 0], np.int32), np.array([100, 100], np.int32)
    half = (200 + 365) / 7
    assert own_rate(x, T, NOBODY) == pytest.approx([3.5 / (100 + half), 0.5 / (100 + half)])


def test_the_gone_buy_nothing() -> None:
    rates = own_rate(np.array([3, 3], np.int32), np.array([9, 9], np.int32), np.array([True, False]))
    assert rates[0] == 0.0
    assert rates[1] > 0.0


def test_a_first_order_today_foretells_half_an_order_a_year() -> None:
    assert own_rate(np.zeros(1, np.int32), np.zeros(1, np.int32), NOBODY[:1]) == pytest.approx([0.5 / 365])


def test_nobody() -> None:
    assert own_rate(np.zeros(0, np.int32), np.zeros(0, np.int32), NOBODY[:0]).shape == (0,)
