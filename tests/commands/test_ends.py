"""However the API ends, nothing of it is left, and what ends under it comes back."""

import os
import signal
import sys

import pytest

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGKILL]


@linux
@pytest.mark.parametrize("number", SIGNALS, ids=lambda each: each.name)
def test_however_the_api_ends_nothing_is_left(cdp, number):
    api = cdp.start("serve")
    assert any("postgres" in line for line in cdp.left())
    os.kill(api.pid, number)
    code = api.wait(30)
    assert code == (-signal.SIGKILL if number == signal.SIGKILL else 0), api.stdout.read()
    assert cdp.gone() == []
    api.stdout.close()


@linux
def test_several_api_processes_end_with_the_first(cdp):
    api = cdp.start("serve", "--workers", "2")
    api.kill()
    api.wait(30)
    assert cdp.gone() == []
    api.stdout.close()


@linux
def test_a_killed_database_comes_back_under_the_running_api(cdp):
    cdp.shop()
    api = cdp.start("serve")
    os.kill(cdp.postmaster(), signal.SIGKILL)
    answer = cdp.get("/api/v2/cdp/process/status/56")
    assert (answer.status_code, answer.json()["status"]) == (200, "never_processed")
    api.terminate()
    api.wait(30)
    api.stdout.close()
