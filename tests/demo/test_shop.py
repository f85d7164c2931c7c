"""The shop as a whole."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from demo.orders import GUEST
from demo.shop import BLOCK, History, Shop
from kit.errors import InvalidInputError


def test_customers_order_about_as_often_as_in_real_shops(history: History) -> None:
    each = np.bincount(history.orders.customer[history.orders.customer != GUEST])
    assert 2.4 < each[each > 0].mean() < 2.9
    assert 0.45 < (each[each > 0] == 1).mean() < 0.65
    assert 0.4 < history.alive.mean() < 0.65


def test_vips_order_and_spend_more(history: History) -> None:
    vips = np.flatnonzero(history.population.vips)
    each = np.bincount(history.orders.customer[history.orders.customer != GUEST])
    theirs = np.isin(history.orders.customer, vips)
    assert len(vips) == 20
    assert each[vips].mean() > 10 * each.mean()
    assert history.orders.cents[theirs].mean() > 3 * history.orders.cents[~theirs].mean()


def test_prospects_never_order(history: History) -> None:
    prospects = history.population.prospects
    assert prospects.mean() == pytest.approx(0.04, abs=0.008)
    assert not prospects[history.orders.customer[history.orders.customer != GUEST]].any()
    assert not history.alive[prospects].any()


def test_a_setting_of_refunds_leaves_the_orders_alone(history: History) -> None:
    shop = replace(history.shop, refunds=replace(history.shop.refunds, full=0.2))
    assert (shop.history().orders.cents == history.orders.cents).all()


def test_bare_orders_are_sorted_repeatable_and_of_the_same_process() -> None:
    shop = Shop(seed=5)
    count = BLOCK + 1_000
    one, two = shop.orders_only(count), shop.orders_only(count)
    assert np.array_equal(one.customer, two.customer)
    assert np.array_equal(one.day, two.day)
    assert np.array_equal(one.amount, two.amount)
    assert [column.dtype for column in one] == [np.int32, np.int16, np.int64]
    assert (np.diff(one.customer.astype(np.int64) * 730 + one.day) >= 0).all()
    assert np.array_equal(np.unique(one.customer), np.arange(count))
    assert (one.day.min(), one.day.max()) == (0, 729)
    assert len(one.day) / count == pytest.approx(2.6, abs=0.05)
    assert one.amount.min() > 0
    assert one.amount.mean() / 10_000 == pytest.approx(shop.spend.mean, rel=0.02)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("seed", -1),
        ("customers", 0),
        ("days", 7),
        ("guest_share", 1.0),
        ("prospect_share", -0.1),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../etc/passwd"),
    ],
)
def test_settings_out_of_bounds_are_refused(setting: str, value: Any) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Shop(**{setting: value})
    assert caught.value.field == setting
