"""Simulated customers: parameters come back with the claimed errors, and what is foretold comes true."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import purchase
from tests.scoring.simulate import draw

TRUTH = {
    "bg_nbd": {"r": 0.8, "alpha": 9.0, "a": 0.9, "b": 2.0},
    "mbg_nbd": {"r": 0.8, "alpha": 9.0, "a": 0.9, "b": 2.0},
    "mbg_cnbd_k": {"k": 2.0, "r": 0.9, "alpha": 5.0, "a": 0.8, "b": 1.8},
    "pareto_nbd": {"r": 0.8, "alpha": 9.0, "s": 0.9, "beta": 12.0},
    "nbd": {"r": 0.6, "alpha": 9.0},
}
NORMAL_90 = 1.6449


@pytest.mark.parametrize("model", sorted(TRUTH))
def test_ninety_percent_intervals_cover(model: str) -> None:
    """Of the logarithms, in which the estimates are nearer to normal."""
    generator = np.random.default_rng(90)
    truth, hits = TRUTH[model], []
    for _ in range(60):
        T = generator.integers(30, 90, 3000).astype(np.float64)
        seen = draw(generator, model, truth, T)
        fit = purchase.fit(model, seen.x, seen.t_x, seen.T)
        for name, error in fit.standard_errors.items():
            apart = abs(np.log(fit.parameters[name] / truth[name]))
            hits.append(apart < NORMAL_90 * error / fit.parameters[name])
    assert 0.8 <= np.mean(hits) <= 0.98


@pytest.mark.parametrize("model", sorted(TRUTH))
def test_what_is_foretold_comes_true(model: str) -> None:
    generator = np.random.default_rng(11)
    T, t, n = np.full(100_000, 40.0), 25.0, 100_000
    seen = draw(generator, model, TRUTH[model], T, t)
    fit = purchase.of(model, **TRUTH[model])
    history = (seen.x, seen.t_x, seen.T)
    back, expected = fit.p_return(t, *history), fit.expected_purchases(t, *history)
    silent = T - seen.t_x
    groups = [seen.x == 0, seen.x == 1, (seen.x == 2) & (silent < 15), (seen.x >= 3) & (silent > 12)]
    for group in (*groups, (seen.x >= 3) & (silent <= 12)):
        n, share = int(group.sum()), back[group].mean()
        assert n > 500
        assert abs((seen.later[group] > 0).mean() - share) < 4 * (share * (1 - share) / n) ** 0.5
        assert abs(seen.later[group].mean() - expected[group].mean()) < 4 * seen.later[group].std() / n**0.5
        some = group & (np.cumsum(group) <= 2000)
        for count in (0, 1, 3):
            chance = fit.pmf_ahead(count, t, *(part[some] for part in history)).mean()
            margin = 4 * (chance * (1 - chance) / some.sum()) ** 0.5 + 1e-3
            assert abs((seen.later[some] == count).mean() - chance) < margin


@pytest.mark.parametrize("model", sorted(TRUTH))
def test_new_customers_come_true(model: str) -> None:
    generator = np.random.default_rng(12)
    seen = draw(generator, model, TRUTH[model], np.full(50_000, 60.0))
    fit = purchase.of(model, **TRUTH[model])
    assert abs(seen.x.mean() - float(fit.expected_new(60.0))) < 4 * seen.x.std() / 50_000**0.5
    shares = np.bincount(seen.x, minlength=8)[:8] / 50_000
    assert np.abs(shares - fit.pmf(np.arange(8), 60.0)).max() < 0.01


def test_gaps_tell_regular_from_irregular_customers() -> None:
    generator = np.random.default_rng(13)
    T = np.full(3000, 90.0)
    for regular, irregular in (("mbg_cnbd_k", "mbg_nbd"), ("mbg_nbd", "mbg_cnbd_k")):
        seen = draw(generator, regular, TRUTH[regular], T)
        likelihoods = {
            model: purchase.fit(model, seen.x, seen.t_x, seen.T, sum_log_gap=seen.sum_log_gap).log_likelihood
            for model in (regular, irregular)
        }
        assert likelihoods[regular] > likelihoods[irregular] + 10.0
