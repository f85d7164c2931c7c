"""What orders are worth, and what is given back."""

import numpy as np
import pytest

from demo.arrays import stream
from demo.orders import GUEST
from demo.refunds import UNLINKED
from demo.season import DAY
from demo.shop import History
from demo.spend import Spend


def test_amounts_have_the_moments_of_gamma_gamma() -> None:
    spend = Spend(p=6, q=6, gamma=300)
    scales = spend.scales(200_000, stream(1, "test"))
    cents = spend.cents(scales, stream(2, "test"))
    assert spend.mean == 360
    assert cents.mean() / 100 == pytest.approx(360, rel=0.01)
    variation = np.std(cents / 100 / (6 * scales))
    assert variation == pytest.approx(6**-0.5, rel=0.01)


def test_no_order_is_free() -> None:
    assert Spend(gamma=1e-9).cents(np.full(10, 1e-9), stream(1, "test")).min() == 1


def test_orders_are_worth_what_the_settings_say(history: History) -> None:
    plain = ~np.isin(history.orders.customer, np.flatnonzero(history.population.vips))
    assert history.orders.cents[plain].mean() / 100 == pytest.approx(history.shop.spend.mean, rel=0.05)
    assert history.orders.items.min() == 1


def test_shares_of_guests_and_refunds(history: History) -> None:
    orders, credit = history.orders, history.credits
    count = len(orders.cents)
    linked = credit.order != UNLINKED
    entire = credit.cents == orders.cents[credit.cause]
    assert (orders.customer == GUEST).mean() == pytest.approx(0.04, abs=0.0005)
    assert (linked & entire).sum() / count == pytest.approx(0.05, abs=0.006)
    assert (linked & ~entire).sum() / count == pytest.approx(0.02, abs=0.004)
    assert (~linked).sum() / count == pytest.approx(0.006, abs=0.002)
    assert (~linked & entire).any()
    assert (~linked & ~entire).any()


def test_an_order_has_at_most_one_credit_in_office_hours(history: History) -> None:
    credit = history.credits
    assert len(np.unique(credit.cause)) == len(credit.cause)
    days = credit.seconds // DAY - history.orders.seconds[credit.cause] // DAY
    assert (days.min(), days.max()) == (1, 21)
    assert set(np.unique(credit.seconds % DAY // 3600)) == set(range(9, 18))
