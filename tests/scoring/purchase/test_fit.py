"""Fits against published tables (CDNOW 1/10 sample, weeks, calibration to 1997-09-30) and of odd data.

Sources: BTYD 2.4.3 walkthrough (CRAN), Fader, Hardie & Lee 2005, BTYDplus 1.2.0, the tests of lifetimes and
pymc-marketing, Hardie's note 027.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import purchase
from scoring.purchase.fit import fit_rows
from scoring.purchase.mbg_cnbd_k import BY_K
from scoring.purchase.rows import group
from scoring.transactions import Customers

WEEK = 7.0
HISTORIES = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 400), st.integers(0, 400)).map(
        lambda row: (row[0], row[1] if row[0] else 0, row[1] + row[2])
    ),
    max_size=30,
)


def fitted(model: str, customers: Customers, *, prior: bool = False) -> purchase.PurchaseFit:
    return purchase.fit(model, customers.x, customers.t_x / WEEK, customers.T / WEEK, prior=prior)


def test_p01_calibration_data(calibration: Customers) -> None:
    assert (len(calibration), int(calibration.x.sum())) == (2357, 2457)


def test_p02_p03_bg_nbd(calibration: Customers) -> None:
    fit = fitted("bg_nbd", calibration)
    assert list(fit.parameters.values()) == pytest.approx(
        [0.2425967, 4.413659, 0.7929869, 2.426164], rel=3e-4
    )
    assert fit.log_likelihood == pytest.approx(-9582.429, abs=0.002)
    assert fit.flags == ()


def test_p12_p13_mbg_nbd(calibration: Customers) -> None:
    fit = fitted("mbg_nbd", calibration)
    assert list(fit.parameters.values()) == pytest.approx([0.525, 6.183, 0.891, 1.614], rel=6e-4)
    assert fit.log_likelihood == pytest.approx(-9582.1357, abs=0.002)
    assert fit.flags == ()


def test_p15_p16_p17_pareto_nbd(calibration: Customers) -> None:
    fit = fitted("pareto_nbd", calibration)
    assert list(fit.parameters.values()) == pytest.approx([0.553, 10.578, 0.606, 11.669], rel=1e-3)
    assert fit.log_likelihood == pytest.approx(-9594.976, abs=0.002)
    errors = [0.0476264, 0.8427222, 0.1872594, 6.2105448]
    assert list(fit.standard_errors.values()) == pytest.approx(errors, rel=1e-3)
    assert fit.flags == ()


@pytest.mark.parametrize(
    ("model", "expected"), [("bg_nbd", (-0.59947382, 100.7957)), ("mbg_nbd", (-0.41792826, 100.7869))]
)
def test_p11_p14_log_likelihood_of_one_customer(model: str, expected: tuple[float, float]) -> None:
    parameters = np.array([0.25, 4.0, 0.8, 2.5])
    for history, value in zip([(0, 0.0, 40.0), (200, 38.0, 40.0)], expected, strict=True):
        rows = group(*([part] for part in history))
        got = purchase.MODELS[model].log_likelihood(parameters, rows)[0]
        assert got == pytest.approx(value, abs=5e-5)


def test_standard_errors_are_those_of_a_curvature_measured_apart(calibration: Customers) -> None:
    fit = fitted("nbd", calibration)
    rows = group(calibration.x, calibration.t_x / WEEK, calibration.T / WEEK)
    best, log_likelihood = np.array(list(fit.parameters.values())), purchase.MODELS["nbd"].log_likelihood
    steps, information = 1e-3 * best, np.empty((2, 2))
    for i in range(2):
        for j in range(2):
            corners = [
                log_likelihood(best + u * steps * np.eye(2)[i] + v * steps * np.eye(2)[j], rows)[0]
                for u, v in ((1, 1), (1, -1), (-1, 1), (-1, -1))
            ]
            second = corners[0] - corners[1] - corners[2] + corners[3]
            information[i, j] = -second / (4.0 * steps[i] * steps[j])
    expected = np.sqrt(np.diag(np.linalg.inv(information)))
    assert list(fit.standard_errors.values()) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("model", sorted(purchase.MODELS))
def test_gradient_and_hessian_are_the_derivatives(model: str) -> None:
    generator = np.random.default_rng(1)
    x = generator.integers(0, 6, 60)
    T = generator.uniform(20.0, 90.0, 60)
    rows = group(x, np.where(x > 0, T * generator.uniform(0.0, 1.0, 60), 0.0), T, generator.uniform(1, 3, 60))
    known = purchase.MODELS[model]
    at = np.array([0.7, 12.0, 0.6, 1.3])[: len(known.names)]
    _, gradient, hessian = known.log_likelihood(at, rows)
    for i, name in enumerate(known.names):
        step = np.zeros(len(at))
        step[i] = 1e-5 * at[i]
        above, below = known.log_likelihood(at + step, rows), known.log_likelihood(at - step, rows)
        assert (above[0] - below[0]) / (2 * step[i]) == pytest.approx(gradient[i], rel=1e-6, abs=1e-6), name
        assert (above[1] - below[1]) / (2 * step[i]) == pytest.approx(hessian[i], rel=1e-6, abs=1e-6), name


@pytest.mark.parametrize("model", sorted(purchase.MODELS))
def test_weights_are_repetitions_and_order_is_irrelevant(model: str) -> None:
    generator = np.random.default_rng(2)
    x = generator.integers(0, 4, 300)
    t_x = np.where(x > 0, generator.integers(1, 50, 300), 0)
    T = t_x + generator.integers(0, 60, 300)
    repeats = generator.integers(0, 5, 300)
    order = generator.permutation(repeats.sum())
    weighted = purchase.fit(model, x, t_x, T, repeats)
    repeated = purchase.fit(model, *(np.repeat(part, repeats)[order] for part in (x, t_x, T)))
    assert weighted == repeated


def test_a_large_fit_starts_on_a_sample_and_ends_on_all(cdnow_master: Customers) -> None:
    parts = cdnow_master.x, cdnow_master.t_x, cdnow_master.T
    once = purchase.fit("mbg_nbd", *parts)
    thrice = purchase.fit("mbg_nbd", *parts, np.full(len(cdnow_master), 3.0))
    assert list(thrice.parameters.values()) == pytest.approx(list(once.parameters.values()), rel=1e-6)
    assert thrice.log_likelihood == pytest.approx(3 * once.log_likelihood)
    errors = np.array(list(once.standard_errors.values())) / 3**0.5
    assert list(thrice.standard_errors.values()) == pytest.approx(errors, rel=1e-5)
    assert once.flags == ()


def test_one_stage_between_purchases_is_the_mbg_nbd(calibration: Customers) -> None:
    rows = group(calibration.x, calibration.t_x, calibration.T)
    plain, one = fit_rows(purchase.MODELS["mbg_nbd"], rows), fit_rows(BY_K[1], rows)
    assert one.parameters == {"k": 1.0, **plain.parameters}
    assert fit_rows(BY_K[1], rows, log_gaps=50.0) == one
    assert (one.log_likelihood, one.standard_errors) == (plain.log_likelihood, plain.standard_errors)
    history = (calibration.x, calibration.t_x, calibration.T)
    for t in (1.0, 90.0):
        assert (one.expected_purchases(t, *history) == plain.expected_purchases(t, *history)).all()
        assert (one.p_return(t, *history) == plain.p_return(t, *history)).all()
        assert (one.pmf_ahead(2, t, *history) == plain.pmf_ahead(2, t, *history)).all()


def test_two_stages_are_the_default() -> None:
    values = {"r": 0.7, "alpha": 5.0, "a": 0.6, "b": 1.4}
    assert purchase.of("mbg_cnbd_k", **values).parameters == {"k": 2.0, **values}
    assert purchase.of("mbg_cnbd_k", k=1, **values).parameters == {"k": 1.0, **values}


def test_gaps_only_shift_the_log_likelihood(calibration: Customers) -> None:
    parts = calibration.x, calibration.t_x, calibration.T
    gaps = np.where(calibration.x > 0, 1.5 * calibration.x, 0.0)
    without = purchase.fit("mbg_cnbd_k", *parts)
    known = purchase.fit("mbg_cnbd_k", *parts, sum_log_gap=gaps)
    twice = purchase.fit("mbg_cnbd_k", *parts, np.full(len(gaps), 2.0), sum_log_gap=gaps)
    assert known.parameters == without.parameters
    assert known.log_likelihood - without.log_likelihood == pytest.approx(gaps.sum())
    assert twice.log_likelihood == pytest.approx(2.0 * known.log_likelihood)
    assert set(known.standard_errors) == {"r", "alpha", "a", "b"}


def test_a_gain_over_the_nbd_is_only_judged_where_likelihoods_compare(calibration: Customers) -> None:
    parts = calibration.x, calibration.t_x, calibration.T
    poor = np.where(calibration.x > 0, -9.0 * calibration.x, 0.0)
    assert purchase.NO_GAIN_OVER_NBD not in purchase.fit("mbg_cnbd_k", *parts).flags
    assert purchase.NO_GAIN_OVER_NBD in purchase.fit("mbg_cnbd_k", *parts, sum_log_gap=poor).flags


@pytest.mark.parametrize("model", sorted(purchase.MODELS))
def test_the_unit_of_time_scales_times_alone(model: str, calibration: Customers) -> None:
    days = purchase.fit(model, calibration.x, calibration.t_x, calibration.T)
    weeks = fitted(model, calibration)
    for name, value in days.parameters.items():
        unit = WEEK if name in ("alpha", "beta") else 1.0
        assert weeks.parameters[name] * unit == pytest.approx(value, rel=1e-5)
    history = np.array([0, 3, 9]), np.array([0.0, 70.0, 140.0]), np.array([7.0, 140.0, 150.0])
    same = history[0], history[1] / WEEK, history[2] / WEEK
    assert weeks.expected_purchases(10.0, *same) == pytest.approx(
        days.expected_purchases(70.0, *history), rel=1e-5
    )


def test_uci_is_flagged(uci: Customers) -> None:
    fit = purchase.fit("mbg_nbd", uci.x, uci.t_x, uci.T)
    assert purchase.NO_GAIN_OVER_NBD in fit.flags
    assert purchase.DROPOUT_NOT_IDENTIFIED in fit.flags
    assert purchase.ILL_CONDITIONED in fit.flags


def test_a_prior_keeps_a_small_fit_inside(calibration: Customers) -> None:
    few = slice(0, None, 60)
    parts = calibration.x[few], calibration.t_x[few], calibration.T[few]
    loose, steady = purchase.fit("mbg_nbd", *parts), purchase.fit("mbg_nbd", *parts, prior=True)
    assert steady.log_likelihood <= loose.log_likelihood
    assert purchase.PRIOR_USED in steady.flags
    assert purchase.PARAMETER_AT_BOUND not in steady.flags
    assert all(np.isfinite(error) for error in steady.standard_errors.values())


@pytest.mark.parametrize("model", sorted(purchase.MODELS))
@pytest.mark.parametrize(
    "history",
    [
        ([], [], []),
        ([0], [0], [0]),
        ([0] * 9, [0] * 9, [50] * 9),
        ([4] * 50, [40] * 50, [90] * 50),
        ([1], [1], [1]),
    ],
)
def test_degenerate_data_gives_finite_numbers(model: str, history: tuple[list[int], ...]) -> None:
    for prior in (False, True):
        fit = purchase.fit(model, *history, prior=prior)
        assert all(np.isfinite(value) and value > 0 for value in fit.parameters.values())
        assert np.isfinite(fit.expected_purchases(3650.0, [0, 1, 5000], [0, 0, 4999], [0, 1, 5000])).all()


@settings(max_examples=60, deadline=None)
@given(HISTORIES, st.booleans())
def test_any_data_can_be_fitted(histories: list[tuple[int, int, int]], prior: bool) -> None:
    columns = np.array(histories, np.int64).reshape(-1, 3).T
    for model in purchase.MODELS:
        fit = purchase.fit(model, *columns, prior=prior)
        assert all(np.isfinite(value) for value in fit.parameters.values())


def test_misuse_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown purchase model"):
        purchase.fit("pareto", [1], [1], [2])
    with pytest.raises(ValueError, match="has the parameters"):
        purchase.of("nbd", r=1.0)
    with pytest.raises(ValueError, match="positive"):
        purchase.of("nbd", r=1.0, alpha=0.0)
    for gaps in ([1.0, 2.0], [np.nan]):
        with pytest.raises(ValueError, match="sum_log_gap"):
            purchase.fit("nbd", [1], [1], [2], sum_log_gap=gaps)
    with pytest.raises(ValueError, match="k must be"):
        purchase.of("mbg_cnbd_k", k=3, r=1.0, alpha=1.0, a=1.0, b=1.0)
    with pytest.raises(ValueError, match="needs t_x"):
        purchase.of("mbg_cnbd_k", k=2, r=1.0, alpha=1.0, a=1.0, b=1.0).purchases_if_alive(1.0, 1, 2.0)
