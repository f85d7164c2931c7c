"""Every figure of every model against 60 digits, on hard points, to nine digits."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import mpmath  # type: ignore[import-untyped]
import numpy as np
import pytest

from scoring import purchase
from scoring.purchase.mbg_cnbd_k import BY_K
from scoring.purchase.rows import group
from tests.scoring.purchase.exact import Dropout, Pareto, Steady

TO_NINE = 1e-9
HISTORIES = [
    (0, 0.0, 0.0),
    (0, 0.0, 1.0),
    (0, 0.0, 3652.0),
    (1, 1.0, 1.0),
    (3, 12.5, 39.0),
    (40, 100.0, 900.0),
    (1500, 1499.0, 1500.0),
    (5000, 4000.0, 4100.0),
    (5000, 5000.0, 5000.0),
]
HORIZONS = [0.01, 30.0, 3652.0]
BG = [
    {"r": r, "alpha": alpha, "a": a, "b": b}
    for (r, alpha), (a, b) in itertools.product(
        [(0.02, 0.5), (0.55, 10.6), (6.0, 300.0)],
        [(1e-4, 0.5), (0.02, 3.0), (0.9999999, 1.6), (1.0, 2.4), (1.0000001, 0.3), (7.0, 0.9)],
    )
]
PARETO = [
    {"r": r, "alpha": alpha, "s": s, "beta": beta}
    for (r, alpha), (s, beta) in itertools.product(
        [(0.02, 0.5), (0.55, 10.6), (6.0, 300.0)],
        [(1e-4, 0.5), (0.02, 700.0), (0.9999999, 10.6), (1.0, 11.7), (1.0000001, 0.3), (7.0, 300.0)],
    )
]
NBD = [{"r": 0.02, "alpha": 0.5}, {"r": 0.55, "alpha": 10.6}, {"r": 6.0, "alpha": 300.0}]


def exact(model: str, parameters: dict[str, float]) -> Any:
    values = {name: mpmath.mpf(value) for name, value in parameters.items()}
    match model:
        case "pareto_nbd":
            return Pareto(**values)
        case "nbd":
            return Steady(**values)
        case "mbg_cnbd_k":
            return Dropout(**values, k=2)
    return Dropout(**values, first=int(model == "mbg_nbd"))


CASES = [
    *((model, parameters) for model in ("bg_nbd", "mbg_nbd", "mbg_cnbd_k") for parameters in BG),
    *(("pareto_nbd", parameters) for parameters in PARETO),
    *(("nbd", parameters) for parameters in NBD),
]
every_case = pytest.mark.parametrize(("model", "parameters"), CASES)


def of(model: str, parameters: dict[str, float]) -> purchase.PurchaseFit:
    return purchase.of(model, **parameters, **({"k": 2} if model == "mbg_cnbd_k" else {}))


@pytest.fixture(autouse=True)
def sixty_digits() -> Iterator[None]:
    with mpmath.workdps(60):
        yield


def histories() -> Iterator[tuple[tuple[int, float, float], tuple[int, Any, Any]]]:
    for x, t_x, T in HISTORIES:
        yield (x, t_x, T), (x, mpmath.mpf(t_x), mpmath.mpf(T))


@every_case
def test_log_likelihood_of_one_customer(model: str, parameters: dict[str, float]) -> None:
    for history, precise in histories():
        known = BY_K[2] if model == "mbg_cnbd_k" else purchase.MODELS[model]
        rows = group(*([part] for part in history))
        got = known.log_likelihood(np.array(list(parameters.values())), rows)[0]
        expected = float(exact(model, parameters).log_likelihood(*precise))
        assert got == pytest.approx(expected, rel=TO_NINE, abs=1e-9), history


@every_case
def test_alive(model: str, parameters: dict[str, float]) -> None:
    for history, precise in histories():
        expected = float(exact(model, parameters).p_alive(*precise))
        got = float(of(model, parameters).p_alive(*history))
        assert got == pytest.approx(expected, rel=TO_NINE, abs=1e-290), history


@every_case
def test_return(model: str, parameters: dict[str, float]) -> None:
    for (history, precise), t in itertools.product(histories(), HORIZONS):
        expected = float(exact(model, parameters).p_return(mpmath.mpf(t), *precise))
        got = float(of(model, parameters).p_return(t, *history))
        assert got == pytest.approx(expected, rel=TO_NINE, abs=1e-290), (history, t)


@every_case
def test_expected_purchases(model: str, parameters: dict[str, float]) -> None:
    slow = model == "mbg_cnbd_k"
    mpmath.mp.dps = 30 if slow else 60
    for (history, precise), t in itertools.product(list(histories())[slow :: 1 + 2 * slow], HORIZONS):
        expected = float(exact(model, parameters).expected(mpmath.mpf(t), *precise))
        got = float(of(model, parameters).expected_purchases(t, *history))
        assert got == pytest.approx(expected, rel=TO_NINE, abs=1e-290), (history, t)


@every_case
def test_chances_of_counts(model: str, parameters: dict[str, float]) -> None:
    slow = model == "pareto_nbd"
    mpmath.mp.dps = 30 if slow else 320  # 1 - a sum of chances leaves nothing of 60 digits
    for (history, precise), t in itertools.product(list(histories())[1::3], HORIZONS):
        for n in (0, 1, 37) if not slow or t == 30.0 else (0,):
            expected = float(exact(model, parameters).pmf(n, mpmath.mpf(t), *precise))
            got = float(of(model, parameters).pmf_ahead(n, t, *history))
            assert got == pytest.approx(expected, rel=TO_NINE, abs=1e-290), (history, t, n)


@pytest.mark.parametrize("model", sorted(purchase.MODELS))
@pytest.mark.parametrize("n", [700, 4000])
def test_chances_of_high_counts(model: str, n: int) -> None:
    parameters = [given for name, given in CASES if name == model][1]
    for x, t_x, T in [(5000, 4990.0, 5000.0), (600, 500.0, 505.0)]:
        t = n * T / x
        expected = float(exact(model, parameters).pmf(n, mpmath.mpf(t), x, mpmath.mpf(t_x), mpmath.mpf(T)))
        got = float(of(model, parameters).pmf_ahead(n, t, x, t_x, T))
        assert got == pytest.approx(expected, rel=TO_NINE), (x, n)


FAR = [
    ("bg_nbd", {"r": 500.0, "alpha": 30.0, "a": 0.23, "b": 5e-5}, (0, 0.0, 2.0), 3652.5),
    ("bg_nbd", {"r": 388.0, "alpha": 7.7, "a": 0.0022, "b": 2e-5}, (0, 0.0, 0.0), 30.4375),
    ("bg_nbd", {"r": 16.3, "alpha": 0.0024, "a": 1.07, "b": 25.7}, (2, 0.0, 3652.0), 3652.5),
    ("mbg_nbd", {"r": 34.0, "alpha": 0.0063, "a": 1.0, "b": 0.005}, (0, 0.0, 3652.0), 36525.0),
    ("mbg_nbd", {"r": 0.0018, "alpha": 0.03, "a": 1.0 - 1e-12, "b": 0.0026}, (5, 0.0, 1.0), 3652.5),
    ("mbg_nbd", {"r": 525.0, "alpha": 0.001, "a": 1.0, "b": 1e-4}, (1, 39.0, 39.0), 36525.0),
    ("pareto_nbd", {"r": 900.0, "alpha": 11.0, "s": 800.0, "beta": 11.0}, (5000, 900.0, 1000.0), 365.25),
    ("pareto_nbd", {"r": 0.55, "alpha": 11.0, "s": 1.0, "beta": 11.0 * (1 + 1e-12)}, (3, 0.0, 39.0), 36525.0),
    ("pareto_nbd", {"r": 0.001, "alpha": 0.001, "s": 1e-5, "beta": 1e4}, (0, 0.0, 3652.0), 1e6),
]
"""A model, parameters at the ends of what a fit can give, a history and a horizon."""


@pytest.mark.parametrize(("model", "parameters", "history", "t"), FAR)
def test_far_out_parameters(
    model: str, parameters: dict[str, float], history: tuple[int, float, float], t: float
) -> None:
    fit, oracle = of(model, parameters), exact(model, parameters)
    (x, t_x, T), ahead, zero = history, mpmath.mpf(t), mpmath.mpf(0)
    precise = (x, mpmath.mpf(t_x), mpmath.mpf(T))
    for got, expected in (
        (fit.p_alive(*history), oracle.p_alive(*precise)),
        (fit.p_return(t, *history), oracle.p_return(ahead, *precise)),
        (fit.expected_purchases(t, *history), oracle.expected(ahead, *precise)),
        (fit.expected_new(t), oracle.expected(ahead, 0, zero, zero)),
    ):
        assert float(got) == pytest.approx(float(expected), rel=TO_NINE, abs=1e-290)
