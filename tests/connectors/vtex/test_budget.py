"""The rate of an account, on a clock of the test's own."""

import asyncio
from datetime import UTC, datetime

import pytest

from connectors.vtex.budget import Budget, Budgets
from connectors.vtex.patience import Patience, retry_after


class Clock:
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        wake = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, wake)


def made(per_minute=60.0, burst=1):
    clock = Clock()
    return clock, Budget(per_minute, burst=burst, clock=clock, sleep=clock.sleep)


async def test_requests_are_spread_over_the_minute():
    clock, budget = made(per_minute=60)
    for _ in range(61):
        await budget.take()
    assert clock.now - 1000 == pytest.approx(60)


async def test_a_burst_goes_at_once_and_is_paid_for():
    clock, budget = made(per_minute=60, burst=10)
    clock.now += 100
    for _ in range(10):
        await budget.take()
    assert clock.now == 1100
    for _ in range(5):
        await budget.take()
    assert clock.now == pytest.approx(1105)


async def test_many_at_a_time_keep_the_rate():
    clock, budget = made(per_minute=600)
    await asyncio.gather(*(budget.take() for _ in range(101)))
    assert clock.now - 1000 == pytest.approx(10)


async def test_nobody_takes_in_a_pause():
    clock, budget = made(per_minute=60, burst=5)
    clock.now += 100
    await budget.take()
    budget.pause(30)
    assert budget.wait == 30
    await budget.take()
    assert clock.now == pytest.approx(1130)
    await budget.take()
    assert clock.now == pytest.approx(1131)


async def test_who_waits_when_a_pause_begins_waits_it_out():
    clock, budget = made(per_minute=60)
    await budget.take()
    waiting = asyncio.create_task(budget.take())
    await asyncio.sleep(0)
    budget.pause(30)
    await waiting
    assert clock.now >= 1030


def test_budgets_of_accounts_that_are_not_asked_are_dropped():
    budgets = Budgets(1e9)
    first = budgets.of("a0")
    assert budgets.of("a0") is first
    for number in range(1, 3_000):
        budgets.of(f"a{number}")
    assert len(budgets._of) <= 1_000


def test_pauses_double_up_to_a_bound():
    patience = Patience(first_pause=1, longest_pause=8)
    for attempt, full in ((1, 1), (2, 2), (3, 4), (4, 8), (9, 8)):
        assert full / 2 <= patience.pause(attempt) <= full


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        ("soon", None),
        ("-3", None),
        ("Wed, 21 Oct 2015 07:28:10 GMT", 10.0),
        ("Wed, 21 Oct 2015 07:27:00 GMT", 0.0),
    ],
)
def test_retry_after_is_a_number_or_a_date(value, seconds):
    assert retry_after(value, datetime(2015, 10, 21, 7, 28, tzinfo=UTC)) == seconds
