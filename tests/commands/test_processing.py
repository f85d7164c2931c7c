"""`cdp process`: what it tells of a run."""

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

import cli


@pytest.fixture
def process(urls, monkeypatch, tmp_path):
    """Run `cdp process` on the test's database; returns its standard output, which has no log."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CDP_DATABASE_URL", urls.app)
    monkeypatch.setenv("COLUMNS", "160")

    def run(*words):
        with capture_logs():
            result = CliRunner().invoke(
                cli.app, ("process", "--tenant", "56", *words), catch_exceptions=False
            )
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def test_what_was_left_out_is_told(process, make):
    make.tenant()
    ana = make.customer(56, "ana")
    make.order(56, ana, "2024-06-01 12:00Z", 10)
    make.order(56, ana, "2024-06-02 12:00Z", 10, currency="EUR")
    make.order(56, ana, "2199-06-01 12:00Z", 10)
    told = process("--as-of", "latest").splitlines()
    assert "Left out: 1 order that is dated in the future." in told
    assert "Left out: 1 in EUR, for which there is no exchange rate." in told
    assert any("No customer has bought more than once" in line for line in told)
    make.order(56, ana, "2199-06-02 12:00Z", 10)
    assert "Left out: 2 orders that are dated in the future." in process("--force").splitlines()


def test_nothing_is_told_of_what_was_not_left_out(process, make):
    make.order(make.tenant(), make.customer(56, "ana"), "2024-06-01 12:00Z", 10)
    assert "Left out" not in process("--as-of", "latest")
