"""Fit, P(alive), orders of a year and 12-month value of simulated customers: ours, lifetimes, PyMC-Marketing.

python -m benchmarks.scoring [CUSTOMERS ...]

Each contestant runs in a process of its own on the same customers and does the same work: fit the MBG/NBD and
the Gamma-Gamma model by maximum likelihood (PyMC-Marketing: MAP), then every customer's P(alive), expected
orders of 365 days, and value of 12 discounted months (the peers' months have 30 days, so their values are 1 %
lower). Loading is not counted. Peers run up to a million customers. Who is not installed is left out: run it
from an environment with pymc-marketing and scipy to see that one.
"""

import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring import clv, purchase, spend

SIZES = (1_000, 65_226, 1_000_000)
PEERS_UP_TO = 1_000_000
RATE = 0.10
DAYS = 730
_WARM_UP = 5_000
_COLUMNS = ("x", "t_x", "T", "mean")


class Histories(NamedTuple):
    """Customers' repeat orders, days from the first to the last and to the end, and mean value, (n,) each."""

    x: NDArray[np.int32]
    t_x: NDArray[np.int32]
    T: NDArray[np.int32]
    mean: NDArray[np.float64]


def ours(h: Histories) -> NDArray[np.float64]:
    fit = purchase.fit("mbg_nbd", h.x, h.t_x, h.T)
    money = spend.fit(h.x + 1, h.mean)
    alive = fit.p_alive(h.x, h.t_x, h.T)
    x, age, at = clv.distinct(h.x, h.T)
    expected = alive * fit.purchases_if_alive(365.0, x, age)[at]
    value = alive * clv.ahead_if_alive(fit, x, age, 12, RATE).discounted[at]
    value *= money.expected_spend(h.x + 1, h.mean)
    return np.array([alive.mean(), expected.mean(), value.mean()])


def lifetimes(h: Histories) -> NDArray[np.float64]:
    pd: Any = import_module("pandas")
    peer: Any = import_module("lifetimes")

    x, t_x, T = (column.astype(np.float64) for column in (h.x, h.t_x, h.T))
    fit = peer.ModifiedBetaGeoFitter().fit(x, t_x, T)
    money = peer.GammaGammaFitter().fit(x + 1.0, h.mean)
    alive = fit.conditional_probability_alive(x, t_x, T)
    expected = fit.conditional_expected_number_of_purchases_up_to_time(365.0, x, t_x, T)
    columns = [pd.Series(column) for column in (x, t_x, T, h.mean)]
    monthly = (1.0 + RATE) ** (1.0 / 12.0) - 1.0
    value = money.customer_lifetime_value(fit, *columns, time=12, discount_rate=monthly, freq="D")
    return np.array([np.mean(alive), np.mean(expected), np.mean(value)])


def pymc_marketing(h: Histories) -> NDArray[np.float64]:
    pd: Any = import_module("pandas")
    peer: Any = import_module("pymc_marketing.clv")

    columns = {"customer_id": np.arange(len(h.x)), "frequency": h.x, "recency": h.t_x, "T": h.T}
    data = pd.DataFrame(columns | {"monetary_value": h.mean})
    fit = peer.ModifiedBetaGeoModel(data)
    fit.fit(method="map", progressbar=False)
    orders = data.assign(frequency=h.x + 1)
    money = peer.GammaGammaModel(orders)
    money.fit(method="map", progressbar=False)
    alive = fit.expected_probability_alive(data)
    expected = fit.expected_purchases(data, future_t=365)
    monthly = (1.0 + RATE) ** (1.0 / 12.0) - 1.0
    value = money.expected_customer_lifetime_value(
        fit, data, future_t=12, discount_rate=monthly, time_unit="D"
    )
    return np.array([float(alive.mean()), float(expected.mean()), float(value.mean())])


CONTESTANTS: dict[str, Callable[[Histories], NDArray[np.float64]]] = {
    "ours": ours,
    "lifetimes": lifetimes,
    "pymc_marketing": pymc_marketing,
}


def main(sizes: list[int]) -> None:
    peers = [name for name in CONTESTANTS if name != "ours" and find_spec(name)]
    for name in CONTESTANTS:
        if name != "ours" and name not in peers:
            print(f"{name} is not installed")
    print(
        "| customers | who | seconds | x ours | peak MB | mean P(alive), orders of 365 days, 12-month value |"
    )
    print("|---|---|---|---|---|---|")
    for customers in sizes:
        with tempfile.TemporaryDirectory(prefix="cdp-bench-") as directory:
            file = Path(directory) / "histories.npy"
            np.save(file, simulated(customers))
            base = 0.0
            for name in ("ours", *(peers if customers <= PEERS_UP_TO else [])):
                seconds, memory, means = in_child(name, file)
                base = base or seconds
                print(
                    f"| {customers:,} | {name} | {seconds:.3f} | {seconds / base:.1f} | {memory:.0f} "
                    f"| {means} |",
                    flush=True,
                )


def in_child(name: str, file: Path) -> tuple[float, float, str]:
    """A contestant in a process of its own: its best seconds, its peak memory in MB, and what it found."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.scoring", "--child", name, str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return float("nan"), float("nan"), "failed: " + done.stderr.strip().splitlines()[-1]
    seconds, memory, means = done.stdout.strip().splitlines()[-1].split("|")
    return float(seconds), float(memory), means


def child(name: str, file: Path) -> None:
    """As often as fits 2 seconds, at least once, after a run of few customers, in which PyMC compiles."""
    warnings.simplefilter("ignore")
    rows = np.load(file)
    histories = Histories(*(rows[column].copy() for column in _COLUMNS))
    run = CONTESTANTS[name]
    with np.errstate(all="ignore"):
        run(Histories(*(rows[column][:_WARM_UP] for column in _COLUMNS)))
        del rows
        best, spent, means = np.inf, 0.0, np.zeros(3)
        while spent < 2.0:
            began = time.perf_counter()
            means = run(histories)
            seconds = time.perf_counter() - began
            best, spent = min(best, seconds), spent + seconds
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{best}|{memory}|" + ", ".join(f"{mean:.4g}" for mean in means))


def simulated(customers: int) -> NDArray[Any]:
    """Customers of an MBG/NBD and Gamma-Gamma world acquired over two years, at most one order a day."""
    generator = np.random.default_rng(56)
    kinds = list(zip(_COLUMNS, (np.int32, np.int32, np.int32, np.float64), strict=True))
    rows = np.zeros(customers, kinds)
    rows["T"] = generator.integers(1, DAYS + 1, customers)
    rate = generator.gamma(0.7, 1.0 / 60.0, customers)
    leaves = generator.beta(0.6, 1.2, customers)
    clock = np.zeros(customers)
    active = np.flatnonzero(generator.random(customers) >= leaves)
    while len(active):
        clock[active] += 1.0 + generator.exponential(1.0 / rate[active])
        active = active[clock[active] <= rows["T"][active]]
        rows["x"][active] += 1
        rows["t_x"][active] = clock[active]
        active = active[generator.random(len(active)) >= leaves[active]]
    count = rows["x"] + 1
    rows["mean"] = generator.gamma(5.0 * count) / generator.gamma(3.0, 1.0 / 20.0, customers) / count
    return rows


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], Path(sys.argv[3]))
    else:
        main([int(each) for each in sys.argv[1:]] or list(SIZES))
