"""`cdp demo`, from the outside."""

import subprocess

import pytest


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
    cdp.shop()
    done = cdp.run("demo")
    assert done.returncode == 1
    assert "Tenant 56 is 'Shop', not the demo shop" in done.stderr
