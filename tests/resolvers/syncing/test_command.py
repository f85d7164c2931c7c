"""`cdp sync` as a user runs it: killed, and run again."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.connectors.vtex.fake import TOKEN
from tests.resolvers.syncing.conftest import SECRET, shop_of

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture
def start(urls, fake):
    """Start the command on the test's database."""
    environment = os.environ | {
        "CDP_DATABASE_URL": urls.app,
        "CDP_SECRET_KEY": SECRET,
        "CDP_VTEX_BASE_URL": fake.template,
        "CDP_VTEX_REQUESTS_PER_MINUTE": "100000",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "120",
    }

    def started(*arguments):
        command = [sys.executable, "-m", "cli", "sync", *arguments]
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    return started


def test_killed_it_goes_on_and_then_scores(start, integration, fake, fill, kept, make):
    shop = fill(shop_of(orders=900))
    fake.delay = 0.02
    killed = start("--integration", "29", "--full")
    for _ in range(600):
        if kept().orders or killed.poll() is not None:
            break
        time.sleep(0.02)
    killed.kill()
    killed.communicate()
    before = kept().orders
    assert 0 < before < 900
    fake.delay = 0.0
    fake.requests.clear()
    again = start("--integration", "29", "--full", "--json")
    out, error = again.communicate(timeout=120)
    assert again.returncode == 0, error
    assert json.loads(out) == {
        "kind": "full",
        "orders": 900 - before,
        "skipped": 0,
        "changed": True,
        "unreadable": 0,
    }
    assert len([each for each in fake.paths if "/orders/" in each]) == 900 - before
    found = kept()
    assert (found.orders, found.paid, found.net_cents) == (900, shop.truth.paid, shop.truth.net_cents)
    assert make.owner.execute("SELECT status FROM score_run").fetchall() == [("succeeded",)]
    assert make.owner.execute("SELECT changed_at FROM integration_sync").fetchone() == (None,)


def test_what_went_wrong_is_a_sentence(start, integration, fake, fill):
    fake.stores["chelseaio"].permissions.clear()
    failed = start("--integration", "29")
    out, error = failed.communicate(timeout=60)
    assert failed.returncode == 1
    assert "VTEX refused" in error
    assert "Traceback" not in error
    assert TOKEN not in out + error


def test_an_integration_that_is_not_there_is_told(start, urls):
    failed = start("--integration", "7")
    _, error = failed.communicate(timeout=60)
    assert failed.returncode == 1
    assert "Integration with ID 7 not found" in error
