"""Where the tests of subscriptions begin."""

import signal

import pytest

from tests.acceptance.live import Served


@pytest.fixture(scope="module")
def apis(migrated):
    """Two API processes on the test's database."""
    both = [Served(migrated.app), Served(migrated.app)]
    yield [each.wait() for each in both]
    for each in both:
        each.process.terminate()
    for each in both:
        assert each.process.wait(20) in (0, -signal.SIGTERM)


@pytest.fixture
def api(apis):
    return apis[0]
