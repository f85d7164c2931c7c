"""One forecaster scored against a window, and who is best on which measure."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from scoring import churn
from scoring.backtest import measures
from scoring.backtest.forecaster import MODEL
from scoring.backtest.results import RiskClass, Score, Win
from scoring.clv import in_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from scoring.backtest.forecaster import Forecaster
    from scoring.backtest.window import Window

    Floats: TypeAlias = NDArray[np.float64]

MEASURES = {
    "transactions_bias": "off by least in total orders",
    "rmse": "closest to each customer's orders (RMSE)",
    "mae": "closest to each customer's orders (MAE)",
    "log_loss": "best at who would come back (log-loss)",
    "brier": "best at who would come back (Brier score)",
    "auc": "best at ranking who would come back (AUC)",
    "top_decile_share": "best at finding the customers who bring the most revenue",
}
"""Measures in which forecasters compete, and what being best at one means."""

_HIGHER_IS_BETTER = {"auc", "top_decile_share"}


def score(forecaster: Forecaster, window: Window, usual: churn.Silence, flags: tuple[str, ...]) -> Score:
    """All measures of a forecaster; `usual` gives the risk classes their silences and their horizon."""
    expected = forecaster.orders.expected(window.days)
    p_return = forecaster.returns.p_return(window.days)
    value = expected * forecaster.worth
    returned, actual = window.returned(), window.transactions
    gains = measures.gains(value, window.spend)
    return Score(
        name=forecaster.name,
        role=forecaster.role,
        flags=flags,
        transactions=float(expected.sum()),
        transactions_bias=measures.bias(float(expected.sum()), float(actual.sum())),
        value=int(in_units(value.sum(keepdims=True))[0]),
        value_bias=measures.bias(float(value.sum()), float(window.spend.sum())),
        rmse=measures.rmse(expected, actual),
        mae=measures.mae(expected, actual),
        log_loss=None if p_return is None else measures.log_loss(p_return, returned),
        brier=None if p_return is None else measures.brier(p_return, returned),
        auc=None if p_return is None else measures.auc(p_return, returned),
        top_decile_share=gains[measures.GAINS_STEPS // 10] if gains else None,
        deciles=() if p_return is None else measures.deciles(p_return, returned),
        gains=gains,
        risk_classes=_risk_classes(forecaster, window, usual),
    )


def _risk_classes(forecaster: Forecaster, window: Window, usual: churn.Silence) -> tuple[RiskClass, ...]:
    days = min(usual.horizon_days, window.days)
    risk = churn.risk(window.calibration.recency_days, usual, forecaster.returns.p_return(days))
    customers = np.bincount(risk, minlength=len(churn.RISKS)).tolist()
    returned = np.bincount(risk[window.returned(days)], minlength=len(churn.RISKS)).tolist()
    return tuple(
        RiskClass(name, n, back, back / n if n else None)
        for name, n, back in zip(churn.RISKS, customers, returned, strict=True)
    )


def wins(scores: Sequence[Score]) -> tuple[Win, ...]:
    """Who is best on each measure; ties go to the first, and a measure the run's model lacks is left out."""
    model = next(each for each in scores if each.role == MODEL)
    found = []
    for measure in MEASURES:
        own = getattr(model, measure)
        if own is None:
            continue
        rated = [each for each in scores if getattr(each, measure) is not None]
        best = min(rated, key=lambda each: _loss(each, measure))
        found.append(Win(measure, best.name, best.role, getattr(best, measure), own))
    return tuple(found)


def _loss(rated: Score, measure: str) -> float:
    value = float(getattr(rated, measure))
    return -value if measure in _HIGHER_IS_BETTER else abs(value)
