"""What a purchase model has to know: the interface that every file of a model fills in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scoring.purchase.rows import Rows

Floats: TypeAlias = "NDArray[np.float64]"


class LogLikelihood(Protocol):
    """Value, gradient (p,) and Hessian (p, p) over grouped rows, in natural parameters (p,)."""

    def __call__(self, parameters: Floats, rows: Rows, /) -> tuple[float, Floats, Floats]: ...


class OfHistory(Protocol):
    """A figure of customers with histories x, t_x, T, arrays of one shape, under natural parameters (p,)."""

    def __call__(self, parameters: Floats, x: Floats, t_x: Floats, T: Floats, /) -> Floats: ...


class OfHorizon(Protocol):
    """A figure within t of customers with histories x, t_x, T, alive at T, arrays of one shape (n,)."""

    def __call__(self, parameters: Floats, t: Floats, x: Floats, t_x: Floats, T: Floats, /) -> Floats: ...


class OfCount(Protocol):
    """The probability of n purchases within t of customers alive at T, arrays of one shape (n,)."""

    def __call__(
        self, parameters: Floats, n: Floats, t: Floats, x: Floats, t_x: Floats, T: Floats, /
    ) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Model:
    """A model as pure functions of its natural parameters, each > 0, in the order of `names`."""

    name: str
    names: tuple[str, ...]
    times: tuple[str, ...]
    """Which of them are measured in the unit of time."""
    log_likelihood: LogLikelihood
    log_odds: OfHistory
    """Logarithm of the odds of being alive at T, from -inf to inf."""
    purchases_if_alive: OfHorizon
    """Expected purchases."""
    return_if_alive: OfHorizon
    """Probability of at least one purchase."""
    pmf_if_alive: OfCount
    start: dict[str, float]
    """Where the search starts, and the medians of the weak prior. Times are in units of the mean T."""
    spread: dict[str, float]
    """Standard deviations of the logarithms under the weak prior."""
    uses_t_x: bool = True
    """Whether the likelihood depends on t_x."""
    fixed: dict[str, float] = field(default_factory=dict)
    """What is not estimated: k, the number of exponential stages between two purchases."""
    memoryless: bool = True
    """Whether what an alive customer will do depends on x and T alone."""
