"""Fitting a purchase model to a tenant's histories, and what a fitted one can tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, gammaln

from scoring import maximum
from scoring.purchase import bg_nbd, mbg_cnbd_k, mbg_nbd, nbd, pareto_nbd
from scoring.purchase.domain import check_history, check_horizon
from scoring.purchase.rows import Rows, group

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike

    from scoring.purchase.model import Floats, Model

MODELS: dict[str, Model] = {
    m.name: m for m in (mbg_nbd.MODEL, bg_nbd.MODEL, mbg_cnbd_k.MODEL, pareto_nbd.MODEL, nbd.MODEL)
}

PARAMETER_AT_BOUND = "PARAMETER_AT_BOUND"
"""A parameter ran to the end of its range: the likelihood has no maximum inside."""
ILL_CONDITIONED = "ILL_CONDITIONED"
"""The condition number of the information matrix, in log parameters, exceeds 1e5."""
DROPOUT_NOT_IDENTIFIED = "DROPOUT_NOT_IDENTIFIED"
"""a < 0.01: hardly anybody ever leaves, and the data can not tell how hardly."""
NO_GAIN_OVER_NBD = "NO_GAIN_OVER_NBD"
"""The log-likelihood is less than 3 above that of the NBD, in which nobody leaves."""
PRIOR_USED = "PRIOR_USED"
"""The estimate is a posterior mode under weak log-normal priors. Not a defect."""
NO_DATA = "NO_DATA"
"""There were no customers; the parameters are the starting values."""

DEGENERATE = frozenset(
    {PARAMETER_AT_BOUND, ILL_CONDITIONED, DROPOUT_NOT_IDENTIFIED, NO_GAIN_OVER_NBD, NO_DATA}
)
"""The flags after which a simpler model should be used."""

_SAMPLE = 20_000
_LARGE = 40_000
_RANGE = 1e5
_WORST_CONDITION = 1e5
_LEAST_A = 0.01
_LEAST_GAIN = 3.0


@dataclass(frozen=True, slots=True)
class PurchaseFit:
    """A purchase model with its parameters. Times are in the unit of the data it was fitted to.

    The methods broadcast their arguments like numpy and return float64 of the broadcast shape. They take
    x >= 0, 0 <= t_x <= T, t >= 0, all finite, return finite numbers for any of these, and raise ValueError
    for others. The equations are told where each model's file computes them.
    """

    model: str
    parameters: dict[str, float]
    log_likelihood: float
    """Without the prior; NaN when the model was not fitted."""
    standard_errors: dict[str, float]
    """By the delta method; NaN where the information matrix is not positive definite, and when not fitted.

    A fixed k has none.
    """
    flags: tuple[str, ...]

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Probability that a customer with this history has not left by T."""
        check_history(x, t_x, T)
        return np.asarray(expit(self._log_odds(x, t_x, T)))

    def purchases_if_alive(
        self, t: ArrayLike, x: ArrayLike, T: ArrayLike, t_x: ArrayLike | None = None
    ) -> Floats:
        """Expected purchases in (T, T + t] given that the customer is alive at T.

        Raises:
            ValueError: t_x is missing and the model is not `memoryless`.
        """
        last = self._last(t_x, T)
        check_horizon(t)
        check_history(x, last, T)
        return self._if_alive(self._model.purchases_if_alive, t, x, last, T)

    def return_if_alive(
        self, t: ArrayLike, x: ArrayLike, T: ArrayLike, t_x: ArrayLike | None = None
    ) -> Floats:
        """Probability of at least one purchase in (T, T + t] given that the customer is alive at T.

        Raises:
            ValueError: t_x is missing and the model is not `memoryless`.
        """
        last = self._last(t_x, T)
        check_horizon(t)
        check_history(x, last, T)
        return self._if_alive(self._model.return_if_alive, t, x, last, T)

    def expected_purchases(self, t: ArrayLike, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Expected purchases in (T, T + t] (Fader, Hardie & Lee 2005, eq. 10, for the BG/NBD)."""
        return np.asarray(self.p_alive(x, t_x, T) * self.purchases_if_alive(t, x, T, t_x))

    def p_return(self, t: ArrayLike, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Probability of at least one purchase in (T, T + t]."""
        return np.asarray(self.p_alive(x, t_x, T) * self.return_if_alive(t, x, T, t_x))

    def expected_new(self, t: ArrayLike) -> Floats:
        """Expected repeat purchases of a new customer within t of the first: a history of 0, 0, 0.

        Fader, Hardie & Lee 2005, eq. 9, for the BG/NBD.
        """
        return self.expected_purchases(t, 0.0, 0.0, 0.0)

    def pmf(self, n: ArrayLike, t: ArrayLike) -> Floats:
        """Probability that a new customer makes n repeat purchases within t of the first.

        Fader, Hardie & Lee 2005, eq. 8, for the BG/NBD.
        """
        return self.pmf_ahead(n, t, 0.0, 0.0, 0.0)

    def pmf_ahead(self, n: ArrayLike, t: ArrayLike, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Probability of exactly n purchases in (T, T + t], n = 0, 1, 2, ...; over n it sums to 1.

        0 for any other n.
        """
        number = np.asarray(n, np.float64)
        if not np.isfinite(number).all():
            raise ValueError("n must be finite")
        check_horizon(t)
        check_history(x, t_x, T)
        counts = (number >= 0.0) & (number == np.floor(number))
        odds = self._log_odds(x, t_x, T)
        some = self._if_alive(self._model.pmf_if_alive, np.where(counts, number, 0.0), t, x, t_x, T)
        return np.asarray(
            np.where(counts, expit(odds) * some + np.where(number == 0.0, expit(-odds), 0.0), 0.0)
        )

    @property
    def memoryless(self) -> bool:
        """Whether what an alive customer will do depends on x and T alone, not on t_x."""
        return self._model.memoryless

    def _log_odds(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        return self._if_alive(self._model.log_odds, x, t_x, T)

    def _last(self, t_x: ArrayLike | None, T: ArrayLike) -> ArrayLike:
        if t_x is None and not self.memoryless:
            raise ValueError(f"{self.model} needs t_x: its customers keep time since their last purchase")
        return T if t_x is None else t_x

    def _if_alive(self, function: Callable[..., Floats], *arguments: ArrayLike) -> Floats:
        parts = np.broadcast_arrays(*(np.asarray(part, np.float64) for part in arguments))
        return function(self._values, *(part.ravel() for part in parts)).reshape(parts[0].shape)

    @property
    def _model(self) -> Model:
        return _variant(MODELS[self.model], self.parameters)

    @property
    def _values(self) -> Floats:
        return np.array([self.parameters[name] for name in self._model.names])


def of(model: str, **parameters: float) -> PurchaseFit:
    """A model with given parameters; k is 2 where it is not given.

    Raises:
        ValueError: an unknown model, or other parameters than its own, or one that is not positive and
            finite, or a k that is neither 1 nor 2.
    """
    known = _variant(_model(model), parameters)
    names, given = (*known.fixed, *known.names), known.fixed | parameters
    if set(given) != set(names):
        raise ValueError(f"{model} has the parameters {', '.join(names)}")
    ordered = {name: float(given[name]) for name in names}
    if not all(np.isfinite(value) and value > 0 for value in ordered.values()):
        raise ValueError("parameters must be positive and finite")
    return PurchaseFit(model, ordered, float("nan"), dict.fromkeys(known.names, float("nan")), ())


def fit(
    model: str,
    x: ArrayLike,
    t_x: ArrayLike,
    T: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    sum_log_gap: ArrayLike | None = None,
    prior: bool = False,
) -> PurchaseFit:
    """Fit a model by maximum likelihood, or to the posterior mode under weak priors.

    Args:
        model: a name in `MODELS`.
        x: repeat transactions, shape (n,).
        t_x: time from the first to the last transaction, shape (n,).
        T: time from the first transaction to the end of the observation, shape (n,).
        weights: customers per row; 1 each when None. Equal rows are grouped in any case.
        sum_log_gap: sum of the logarithms of the times between consecutive transactions, shape (n,), 0 where
            x = 0. Only the log-likelihood of `mbg_cnbd_k` needs it, as a constant: without it the estimates
            are the same, but the log-likelihood lacks (k - 1) times the sum, can not be compared with that of
            other models, and whether it gains over the NBD is left open.
        prior: add weak log-normal priors, for few customers (below about 500).

    Raises:
        ValueError: an unknown model or histories that can not be (`rows.group`). Too little or odd data is no
            error: the fit is flagged.
    """
    known, logs = _model(model), None
    if sum_log_gap is not None:
        gaps = np.asarray(sum_log_gap, np.float64)
        if gaps.shape != np.shape(x) or not np.isfinite(gaps).all():
            raise ValueError("sum_log_gap must be finite and as long as x")
        logs = float((gaps if weights is None else gaps * np.asarray(weights, np.float64)).sum())
    return fit_rows(known, group(x, t_x, T, weights), prior=prior, log_gaps=logs)


def _model(name: str) -> Model:
    if name not in MODELS:
        raise ValueError(f"unknown purchase model {name!r}: one of {', '.join(MODELS)}")
    return MODELS[name]


def _variant(model: Model, parameters: Mapping[str, float]) -> Model:
    """The model for the k among the parameters."""
    if model.name != mbg_cnbd_k.MODEL.name or "k" not in parameters:
        return model
    if parameters["k"] not in mbg_cnbd_k.BY_K:
        raise ValueError("k must be 1 or 2")
    return mbg_cnbd_k.BY_K[int(parameters["k"])]


def fit_rows(model: Model, rows: Rows, *, prior: bool = False, log_gaps: float | None = None) -> PurchaseFit:
    """`fit` on rows that are grouped already; `log_gaps` is the sum of sum_log_gap over all customers."""
    if not model.uses_t_x:
        rows = rows.without_t_x()
    scale = _scale(rows)
    unit = np.array([scale if name in model.times else 1.0 for name in model.names])
    start = unit * [model.start[name] for name in model.names]
    if len(rows) == 0 or not rows.T.any():
        nothing = dict.fromkeys(model.names, float("nan"))
        guess = model.fixed | dict(zip(model.names, start.tolist(), strict=True))
        return PurchaseFit(model.name, guess, float("nan"), nothing, (NO_DATA,))
    best = _best(model, rows, start, unit, prior=prior)
    k = model.fixed.get("k", 1.0)
    log_likelihood = best.log_likelihood - gammaln(k) * float((rows.weight * rows.x).sum())
    log_likelihood += (k - 1.0) * (log_gaps or 0.0)
    compared = None if k > 1.0 and log_gaps is None else log_likelihood
    flags = _flags(model, rows, best, compared, prior=prior)
    parameters = model.fixed | dict(zip(model.names, best.parameters.tolist(), strict=True))
    errors = dict(zip(model.names, best.standard_errors.tolist(), strict=True))
    return PurchaseFit(model.name, parameters, float(log_likelihood), errors, flags)


def _scale(rows: Rows) -> float:
    """Mean T of the customers, the unit in which times are searched."""
    mean = float((rows.weight * rows.T).sum() / rows.customers) if len(rows) else 0.0
    return mean if mean > 0 else 1.0


def _best(model: Model, rows: Rows, start: Floats, unit: Floats, *, prior: bool) -> maximum.Maximum:
    sample = rows.sample(_SAMPLE) if rows.customers > _LARGE and len(rows) > _SAMPLE else None
    spread = np.array([model.spread[name] for name in model.names])
    return maximum.maximise(
        lambda parameters: model.log_likelihood(parameters, rows),
        start,
        (unit / _RANGE, unit * _RANGE),
        sample=None if sample is None else lambda parameters: model.log_likelihood(parameters, sample),
        prior=maximum.Prior(start, spread) if prior else None,
    )


def _flags(
    model: Model, rows: Rows, best: maximum.Maximum, compared: float | None, *, prior: bool
) -> tuple[str, ...]:
    flags = []
    if best.at_bound:
        flags.append(PARAMETER_AT_BOUND)
    if best.condition > _WORST_CONDITION:
        flags.append(ILL_CONDITIONED)
    if "a" in model.names and best.parameters[model.names.index("a")] < _LEAST_A:
        flags.append(DROPOUT_NOT_IDENTIFIED)
    if (
        model.uses_t_x
        and compared is not None
        and compared - fit_rows(nbd.MODEL, rows).log_likelihood < _LEAST_GAIN
    ):
        flags.append(NO_GAIN_OVER_NBD)
    if prior:
        flags.append(PRIOR_USED)
    return tuple(flags)
