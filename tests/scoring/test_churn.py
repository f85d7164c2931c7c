"""Horizon, silence and risk classes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import churn

GAPS = st.lists(st.integers(1, 500), min_size=30, max_size=120)


@given(GAPS)
def test_quantiles_are_the_least_day_that_reaches_the_share(gaps: list[int]) -> None:
    usual = churn.silence(np.bincount(gaps))
    ordered = sorted(gaps)
    q50, q80, q95 = (ordered[math.ceil(len(gaps) * share / 100) - 1] for share in (50, 80, 95))
    assert (usual.q50, usual.q80, usual.q95) == (q50, q80, q95)
    assert usual.horizon_days == min(max(q95, 30), 365)
    assert usual.measured


@pytest.mark.parametrize("gaps", [[], [0, 29], [0, 3, 4]])
def test_too_few_gaps_leave_the_defaults(gaps: list[int]) -> None:
    usual = churn.silence(np.array(gaps, np.int64))
    assert usual == churn.Silence(90, 30, 60, 90, measured=False)


def test_horizon_is_clipped() -> None:
    assert churn.silence([0, 0, 0, 40]).horizon_days == 30
    assert churn.silence(np.bincount([900] * 40)).horizon_days == 365


def test_a_shop_open_for_a_week() -> None:
    usual = churn.silence(np.bincount([1, 2, 3] * 20))
    assert usual == churn.Silence(30, 2, 3, 3, measured=True)
    assert churn.risk([0, 3, 6], usual, [0.9, 0.4, 0.0]).tolist() == [0, 1, 3]


def test_nobody_runs_no_risk() -> None:
    usual = churn.silence(np.zeros(0, np.int64))
    for back in (None, np.zeros(0)):
        none = churn.risk(np.zeros(0, np.int32), usual, back)
        assert none.shape == (0,)
        assert none.dtype == np.uint8


def test_an_unknown_return_leaves_the_silence_to_decide() -> None:
    usual = churn.silence(np.zeros(0, np.int64))
    assert churn.risk([10, 100], usual, [np.nan, np.nan]).tolist() == [0, 3]
    assert churn.risk([10, 100], usual, None).tolist() == [0, 3]


USUAL = churn.Silence(100, 20, 50, 100, measured=True)


def test_classes_by_return_and_by_silence() -> None:
    returns = [0.5, 0.49, 0.25, 0.24, 0.1, 0.09]
    assert churn.risk([999] * 6, USUAL, returns).tolist() == [0, 1, 1, 2, 2, 3]
    assert churn.risk([20, 21, 50, 51, 100, 101], USUAL, None).tolist() == [0, 1, 1, 2, 2, 3]


@given(st.integers(0, 200), st.floats(0, 1))
def test_never_worse_than_the_own_silence(recency: int, back: float) -> None:
    both = int(churn.risk([recency], USUAL, [back])[0])
    assert both == min(
        int(churn.silence_class([recency], USUAL)[0]), int(churn.risk([999], USUAL, [back])[0])
    )


def test_rate_is_the_share_of_the_two_worst() -> None:
    assert churn.churn_rate(np.array([0, 1, 2, 3], np.uint8)) == 0.5
    assert churn.churn_rate(np.zeros(0, np.uint8)) is None


def test_misuse_is_refused() -> None:
    with pytest.raises(ValueError, match="histogram"):
        churn.silence([1, -1])
    with pytest.raises(ValueError, match="histogram"):
        churn.silence([0.5])
