"""Fitting a purchase model to a tenant's histories, and what a fitted one can tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scoring import maximum
from scoring.purchase import bg_nbd, mbg_nbd, nbd
from scoring.purchase.rows import Rows, group

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scoring.purchase.model import Floats, Model

MODELS: dict[str, Model] = {m.name: m for m in (mbg_nbd.MODEL, bg_nbd.MODEL, nbd.MODEL)}

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
    x >= 0, 0 <= t_x <= T, t >= 0 and return finite numbers for any of these.
    """

    model: str
    parameters: dict[str, float]
    log_likelihood: float
    """Without the prior; NaN when the model was not fitted."""
    standard_errors: dict[str, float]
    """By the delta method; NaN where the information matrix is not positive definite, and when not fitted."""
    flags: tuple[str, ...]

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Probability that a customer with this history has not left by T."""
        history = _broadcast(x, t_x, T)
        return MODELS[self.model].p_alive(self._values, *history)

    def purchases_if_alive(self, t: ArrayLike, x: ArrayLike, T: ArrayLike) -> Floats:
        """Expected purchases in (T, T + t] given that the customer is alive at T."""
        horizon, count, age = _broadcast(t, x, T)
        flat = MODELS[self.model].purchases_if_alive(
            self._values, horizon.ravel(), count.ravel(), age.ravel()
        )
        return flat.reshape(horizon.shape)

    def expected_purchases(self, t: ArrayLike, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Expected purchases in (T, T + t]."""
        return np.asarray(self.p_alive(x, t_x, T) * self.purchases_if_alive(t, x, T))

    def p_return(self, t: ArrayLike, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Probability of at least one purchase in (T, T + t].

        P(alive) times one minus the Laplace transform, at t, of the rate's posterior given alive. A customer
        leaves only after a purchase, so the drop-out probability plays no part in the first one.
        """
        return np.asarray(self.p_alive(x, t_x, T) * self.return_if_alive(t, x, T))

    def return_if_alive(self, t: ArrayLike, x: ArrayLike, T: ArrayLike) -> Floats:
        """Probability of at least one purchase in (T, T + t] given that the customer is alive at T."""
        return MODELS[self.model].return_if_alive(self._values, *_broadcast(t, x, T))

    def expected_new(self, t: ArrayLike) -> Floats:
        """Expected repeat purchases of a new customer within t of the first: a history of 0, 0, 0."""
        return self.expected_purchases(t, 0.0, 0.0, 0.0)

    def pmf(self, n: ArrayLike, t: ArrayLike) -> Floats:
        """Probability that a new customer makes n repeat purchases within t of the first."""
        return MODELS[self.model].pmf(self._values, *_broadcast(n, t))

    @property
    def _values(self) -> Floats:
        return np.array([self.parameters[name] for name in MODELS[self.model].names])


def _broadcast(*values: ArrayLike) -> tuple[Floats, ...]:
    return tuple(np.broadcast_arrays(*(np.asarray(value, np.float64) for value in values)))


def of(model: str, **parameters: float) -> PurchaseFit:
    """A model with given parameters.

    Raises:
        ValueError: an unknown model, or other parameters than its own, or one that is not positive and
            finite.
    """
    known = _model(model)
    if set(parameters) != set(known.names):
        raise ValueError(f"{model} has the parameters {', '.join(known.names)}")
    ordered = {name: float(parameters[name]) for name in known.names}
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
        sum_log_gap: sum of the logarithms of the gaps of each row, for models whose likelihood needs it.
            None does yet.
        prior: add weak log-normal priors, for few customers (below about 500).

    Raises:
        ValueError: an unknown model or histories that can not be (`rows.group`). Too little or odd data is no
            error: the fit is flagged.
    """
    known = _model(model)
    if sum_log_gap is not None and np.shape(sum_log_gap) != np.shape(x):
        raise ValueError("sum_log_gap must be as long as x")
    return fit_rows(known, group(x, t_x, T, weights), prior=prior)


def _model(name: str) -> Model:
    if name not in MODELS:
        raise ValueError(f"unknown purchase model {name!r}: one of {', '.join(MODELS)}")
    return MODELS[name]


def fit_rows(model: Model, rows: Rows, *, prior: bool = False) -> PurchaseFit:
    """`fit` on rows that are grouped already."""
    if not model.uses_t_x:
        rows = rows.without_t_x()
    scale = _scale(rows)
    unit = np.array([scale if name in model.times else 1.0 for name in model.names])
    start = unit * [model.start[name] for name in model.names]
    if len(rows) == 0 or not rows.T.any():
        nothing = dict.fromkeys(model.names, float("nan"))
        guess = dict(zip(model.names, start.tolist(), strict=True))
        return PurchaseFit(model.name, guess, float("nan"), nothing, (NO_DATA,))
    best = _best(model, rows, start, unit, prior=prior)
    flags = _flags(model, rows, best, prior=prior)
    parameters = dict(zip(model.names, best.parameters.tolist(), strict=True))
    errors = dict(zip(model.names, best.standard_errors.tolist(), strict=True))
    return PurchaseFit(model.name, parameters, best.log_likelihood, errors, flags)


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


def _flags(model: Model, rows: Rows, best: maximum.Maximum, *, prior: bool) -> tuple[str, ...]:
    flags = []
    if best.at_bound:
        flags.append(PARAMETER_AT_BOUND)
    if best.condition > _WORST_CONDITION:
        flags.append(ILL_CONDITIONED)
    if "a" in model.names:
        if best.parameters[model.names.index("a")] < _LEAST_A:
            flags.append(DROPOUT_NOT_IDENTIFIED)
        if best.log_likelihood - fit_rows(nbd.MODEL, rows).log_likelihood < _LEAST_GAIN:
            flags.append(NO_GAIN_OVER_NBD)
    if prior:
        flags.append(PRIOR_USED)
    return tuple(flags)
