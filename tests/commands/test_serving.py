"""`cdp serve` and `cdp worker`, from the outside, beside other commands."""

import subprocess
import sys
import time
from contextlib import suppress

import httpx


def test_import_process_and_serve_at_the_same_time(cdp):
    api = cdp.start("serve")
    cdp.shop()
    answer = cdp.post("/api/v2/cdp/process/56").json()
    assert answer["message"] == "CDP processing completed successfully"
    assert answer["results"]["rfm"]["total_processed"] == 40
    done = cdp.run("process", "--tenant", "56", "--as-of", "latest")
    assert done.returncode == 0, done.stderr
    assert "40 customers" in done.stdout
    assert cdp.get("/health").status_code == 200
    api.terminate()
    assert api.wait(30) == 0
    api.stdout.close()


def test_process_tells_what_it_found_as_text_and_as_json(cdp):
    cdp.shop()
    text = cdp.run("process", "--tenant", "56", "--as-of", "latest")
    assert text.returncode == 0, text.stderr
    for told in ("Champions", "200 orders", "Churn: rate", "Model: "):
        assert told in text.stdout
    again = cdp.run("process", "--tenant", "56", "--as-of", "latest", "--json")
    assert '"up_to_date": true' in again.stdout


def test_a_foreign_page_cannot_call_the_served_api(cdp):
    api = cdp.start("serve", "--no-worker")
    refused = cdp.get("/health", headers={"Host": "evil.example"})
    assert refused.status_code == 403
    api.terminate()
    api.wait(30)
    api.stdout.close()


def test_any_api_process_tells_the_measures_of_all_and_of_the_worker(cdp):
    cdp.shop()
    api = cdp.start("serve", "--workers", "2")
    for _ in range(20):
        cdp.get("/api/v2/cdp/process/status/56")
    assert cdp.post("/api/v2/cdp/process/56").status_code == 200
    pools = 'cdp_pool_connections{pool="requests",state="most"} 16.0'
    # The other process may serve later than the one that answered first.
    deadline = time.monotonic() + 60
    while pools not in cdp.get("/metrics").text and time.monotonic() < deadline:
        time.sleep(0.2)
    told = {cdp.get("/metrics").text for _ in range(10)}
    template = 'operation="/api/v2/cdp/process/status/{tenantId}"'
    for text in told:
        assert f'cdp_requests_total{{face="rest",{template},status="200"}} 20.0' in text
        assert 'cdp_job_duration_seconds_count{job="process",outcome="done"} 1.0' in text
        assert pools in text
    api.terminate()
    assert api.wait(30) == 0
    api.stdout.close()


def test_a_worker_by_itself_tells_its_measures_at_an_address(cdp):
    worker = subprocess.Popen(
        [sys.executable, "-m", "cli", "worker"],
        cwd=cdp.directory,
        env=cdp.environment | {"CDP_WORKER_METRICS": f"127.0.0.1:{cdp.port}"},
    )
    try:
        parts = ("computing", "fetching", "backfilling", "rescuing")
        up = {f'cdp_worker_part_up{{part="{part}"}} 1.0' for part in parts}
        told: set[str] = set()
        for _ in range(300):
            with suppress(httpx.TransportError):
                told = {*cdp.get("/metrics").text.splitlines()}
            if up <= told:
                break
            assert worker.poll() is None
            time.sleep(0.1)
        assert up <= told
        assert any(each.startswith("# HELP cdp_job_duration_seconds") for each in told)
    finally:
        worker.terminate()
        worker.wait(30)
