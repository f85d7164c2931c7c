"""The outlook of many customers is that of each of them."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import purchase
from scoring.outlook import look
from tests.scoring.histories import customers_of, shop_history

CUSTOMERS = customers_of(shop_history(300))
HISTORY = (CUSTOMERS.x, CUSTOMERS.t_x, CUSTOMERS.T)


@pytest.mark.parametrize("model", sorted(purchase.MODELS))
def test_as_each_customer_alone(model: str) -> None:
    fit = purchase.fit(model, *HISTORY)
    outlook = look(fit, CUSTOMERS)
    np.testing.assert_allclose(outlook.expected(90), fit.expected_purchases(90, *HISTORY), rtol=1e-9)
    np.testing.assert_allclose(outlook.p_return(90), fit.p_return(90, *HISTORY), rtol=1e-9)
    ends = np.array([30.0, 90.0])
    np.testing.assert_allclose(outlook.totals(ends)[1], outlook.expected(90).sum(), rtol=1e-9)
    ahead = outlook.ahead(6, 0.0)
    np.testing.assert_allclose(ahead.orders, fit.expected_purchases(6 * 30.4375, *HISTORY), rtol=1e-9)
    np.testing.assert_allclose(ahead.discounted, ahead.orders, rtol=1e-9)
    assert (outlook.ahead(6, 0.1).discounted <= ahead.orders).all()


@pytest.mark.parametrize("model", sorted(purchase.MODELS))
def test_nobody(model: str) -> None:
    nobody = customers_of(shop_history(300).between(-9, 0), as_of=5)
    outlook = look(purchase.fit(model, *HISTORY), nobody)
    assert len(outlook.expected(30)) == len(outlook.ahead(3, 0.1).orders) == 0
