"""The machine's clock is set, forward or back: nobody is shut out, or let in, for longer than they should."""

import time

import pytest

from kit.rate_limit.counts import Counts
from kit.rate_limit.rate import Rate
from resolvers.processing.process import process
from resolvers.processing.request import Request

RATE = Rate(3, 60)


@pytest.fixture
def step(monkeypatch):
    """Set the clock by so many seconds; what counts intervals goes on as it did."""
    real = time.time
    shift = [0.0]
    monkeypatch.setattr(time, "time", lambda: real() + shift[0])

    def by(seconds):
        shift[0] += seconds

    return by


@pytest.mark.parametrize("seconds", [-86_400, 86_400])
async def test_a_window_is_never_longer_than_it_is(step, seconds):
    counts = Counts("memory://")
    for _ in range(3):
        await counts.hit("ana", RATE)
    step(seconds)
    standing = await counts.hit("ana", RATE)
    assert standing is not None
    assert 0 < standing.ends_at - time.time() <= RATE.seconds
    again = await counts.hit("ana", RATE)
    assert again is not None
    assert again.requests == standing.requests + 1
    assert again.ends_at == pytest.approx(standing.ends_at)


async def test_the_age_of_scores_from_after_now_is_none(scored, client):
    scored.owner.execute("UPDATE score_run SET finished_at = now() + interval '2 days'")
    status = (await client.get("/api/v2/cdp/process/status/56")).json()
    assert (status["hours_since_last_sync"], status["status"]) == (0, "processed")


async def test_a_run_after_the_clock_was_set_back_stands_as_the_later_one(scored, urls):
    scored.owner.execute("UPDATE score_run SET finished_at = now() + interval '2 days'")
    process(urls.app, 56, Request.of(None, "latest", force=True))
    found = scored.owner.execute(
        "SELECT run_id = max(id), max(finished_at) = max(finished_at) FILTER (WHERE id = run_id) "
        "FROM score_run JOIN score_current USING (tenant_id) GROUP BY run_id"
    ).fetchone()
    assert found == (True, True)
