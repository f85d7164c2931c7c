"""`cdp serve`, `process`, `migrate` and the rest, from the outside."""

import os
import signal
import subprocess
import sys
import time

import httpx
import pytest

from models.migration import REVISIONS

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGKILL]
NEW = "--tenant 56 --create-tenant Shop --currency GBP --timezone Europe/London"

ORDERS = "order_id,customer_id,date,amount\n" + "".join(
    f"{n},c{n % 40},2024-{1 + n % 12:02}-{1 + n % 28:02},{10 + n % 7}.50\n" for n in range(200)
)


def shop(cdp):
    (cdp.directory / "orders.csv").write_text(ORDERS)
    done = cdp.run("import", "orders", "orders.csv", *NEW.split())
    assert done.returncode == 0, done.stderr


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


def test_import_process_and_serve_at_the_same_time(cdp):
    api = cdp.start("serve")
    shop(cdp)
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


@linux
def test_a_killed_database_comes_back_under_the_running_api(cdp):
    shop(cdp)
    api = cdp.start("serve")
    os.kill(cdp.postmaster(), signal.SIGKILL)
    answer = cdp.get("/api/v2/cdp/process/status/56")
    assert (answer.status_code, answer.json()["status"]) == (200, "never_processed")
    api.terminate()
    api.wait(30)
    api.stdout.close()


def test_process_tells_what_it_found_as_text_and_as_json(cdp):
    shop(cdp)
    text = cdp.run("process", "--tenant", "56", "--as-of", "latest")
    assert text.returncode == 0, text.stderr
    for told in ("Champions", "200 orders", "Churn: rate", "Model: "):
        assert told in text.stdout
    again = cdp.run("process", "--tenant", "56", "--as-of", "latest", "--json")
    assert '"up_to_date": true' in again.stdout


@pytest.mark.parametrize(
    ("arguments", "environment", "told"),
    [
        (["process", "--tenant", "9"], {}, "Error: Tenant with ID 9 not found"),
        (["process", "--tenant", "9", "--analyses", "x"], {}, "accepted are rfm, clv and churn"),
        (["serve", "--host", "0.0.0.0"], {}, "loopback addresses only"),
        (["serve"], {"CDP_PORT": "70000"}, "CDP_PORT: Input should be less than or equal to 65535"),
        (["serve"], {"CDP_DATABASE_URL": "mysql://x"}, "CDP_DATABASE_URL: Value error, must start with"),
        (
            ["serve"],
            {"CDP_DATABASE_URL": "postgresql://x:hunter2@127.0.0.1:1/x"},
            "The database cannot be reached",
        ),
    ],
)
def test_a_mistake_is_one_sentence(cdp, arguments, environment, told):
    done = cdp.run(*arguments, **environment)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr + done.stdout


def test_a_taken_port_is_told(cdp):
    api = cdp.start("serve")
    done = cdp.run("serve")
    assert done.returncode == 1
    assert "choose another with CDP_PORT or --port" in done.stderr
    api.terminate()
    api.wait(30)
    api.stdout.close()


def test_a_start_against_other_tables_says_what_to_run(cdp):
    assert f"from base to {REVISIONS[-1]}" in cdp.run("migrate").stdout
    assert f"from {REVISIONS[-1]} to 0001" in cdp.run("migrate", "0001").stdout
    refused = cdp.run("process", "--tenant", "1")
    assert refused.returncode == 1
    told = f"at revision 0001, this version needs {REVISIONS[-1]}. Run `cdp migrate`."
    assert told in " ".join(refused.stderr.split())
    assert f"from 0001 to {REVISIONS[-1]}" in cdp.run("migrate").stdout


def test_config_lists_every_setting_and_hides_secrets(cdp):
    shown = cdp.run("config", CDP_OWNER_URL="postgresql://x:hunter2@db/x").stdout
    assert "hunter2" not in shown
    assert "CDP_DATA_DIR" in shown


def test_the_demo_prints_lines_that_work(cdp):
    demo = cdp.start("demo")
    lines = []
    for line in demo.stdout:
        lines.append(line.strip())
        if "Ctrl-C" in line:
            break
    asked = [line for line in lines if line.startswith("curl")]
    assert len(asked) == 3
    for line in asked:
        done = subprocess.run(line, shell=True, capture_output=True, text=True, timeout=60).stdout
        assert '"success":true' in done or '"status":"processed"' in done or '"CHAMPIONS"' in done, line
    overview = cdp.get("/api/v2/cdp/analytics/rfm", params={"tenant_id": 56}).json()["data"]["overview"]
    revenue = next(line for line in lines if line.startswith("net revenue of customers"))
    assert overview["total_revenue"] == pytest.approx(float(revenue.split()[-1].replace(",", "")))
    demo.terminate()
    assert demo.wait(30) == 0
    demo.stdout.close()
    again = cdp.start("demo")
    assert again.stdout.readline().strip() == ""
    assert "tenant 56" in again.stdout.readline()
    assert cdp.get("/api/v2/cdp/analytics/rfm?tenant_id=56").json()["data"]["overview"] == overview
    again.terminate()
    again.wait(30)
    again.stdout.close()


def test_the_demo_leaves_another_shop_alone(cdp):
    shop(cdp)
    done = cdp.run("demo")
    assert done.returncode == 1
    assert "Tenant 56 is 'Shop', not the demo shop" in done.stderr


def test_a_foreign_page_cannot_call_the_served_api(cdp):
    api = cdp.start("serve", "--no-worker")
    refused = cdp.get("/health", headers={"Host": "evil.example"})
    assert refused.status_code == 403
    api.terminate()
    api.wait(30)
    api.stdout.close()


def test_any_api_process_tells_the_measures_of_all_and_of_the_worker(cdp):
    shop(cdp)
    api = cdp.start("serve", "--workers", "2")
    for _ in range(20):
        cdp.get("/api/v2/cdp/process/status/56")
    assert cdp.post("/api/v2/cdp/process/56").status_code == 200
    told = {cdp.get("/metrics").text for _ in range(10)}
    template = 'operation="/api/v2/cdp/process/status/{tenantId}"'
    for text in told:
        assert f'cdp_requests_total{{face="rest",{template},status="200"}} 20.0' in text
        assert 'cdp_job_duration_seconds_count{job="process",outcome="done"} 1.0' in text
        assert 'cdp_pool_connections{pool="requests",state="most"} 16.0' in text
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
        for _ in range(300):
            try:
                answer = cdp.get("/metrics")
                break
            except httpx.TransportError:
                assert worker.poll() is None
                time.sleep(0.1)
        assert "cdp_job_duration_seconds" in answer.text
        for part in ("computing", "fetching", "backfilling", "rescuing"):
            assert f'cdp_worker_part_up{{part="{part}"}} 1.0' in answer.text
    finally:
        worker.terminate()
        worker.wait(30)
