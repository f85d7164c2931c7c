"""Jobs and commands of a tenant that get another's numbers, and a tenant's runs beside another's rows."""

import pytest
from typer.testing import CliRunner

import cli
from kit.errors import CdpError
from resolvers.backtesting.request import BacktestRequest
from resolvers.backtesting.run import run_backtest
from resolvers.processing.process import process
from resolvers.processing.request import Request
from tests.acceptance.isolation.shops import ABSENT, OWN, THEIRS


def outcome(do):
    """What comes of a job: what it returns or raises."""
    try:
        return str(do())
    except CdpError as error:
        return f"{type(error).__name__}: {error.message}"


def test_a_job_with_the_number_of_another_tenants_run(urls, shops):
    before = shops.fingerprint()
    request = Request.of(None, "2026-01-01", force=True)
    theirs = shops.number("ScoreRun", THEIRS)
    told = [
        outcome(lambda: process(urls.app, OWN, request, run_id=number)).replace(str(number), "<tried>")  # noqa: B023
        for number in (theirs, ABSENT)
    ]
    assert told[0] == told[1]
    test = BacktestRequest.of(180, "latest")
    theirs = shops.number("Backtest", THEIRS)
    told = [
        outcome(lambda: run_backtest(urls.app, OWN, test, backtest_id=number)).replace(str(number), "<tried>")  # noqa: B023
        for number in (theirs, ABSENT)
    ]
    assert told[0] == told[1]
    assert shops.fingerprint() == before


def test_a_run_leaves_other_tenants_as_they_were(urls, shops):
    before, own = shops.fingerprint(), shops.fingerprint(OWN)
    process(urls.app, OWN, Request.of(None, "2025-11-01", force=True))
    run_backtest(urls.app, OWN, BacktestRequest.of(90, "latest"))
    assert shops.fingerprint() == before
    assert shops.fingerprint(OWN) != own


def test_a_segment_of_another_tenant_is_not_exported(urls, shops, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CDP_DATABASE_URL", urls.app)
    told = []
    for number in (shops.number("Segment", THEIRS), ABSENT):
        words = ["export", "segment", "--tenant", str(OWN), "--segment", str(number), "--output", "out.csv"]
        with pytest.raises(CdpError) as error:
            CliRunner().invoke(cli.app, words, catch_exceptions=False)
        told.append(error.value.message.replace(str(number), "<tried>"))
    assert told[0] == told[1]
    assert not (tmp_path / "out.csv").exists()
