"""`cdp backtest`: words, JSON, a plot, and what is refused."""

import json

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

import cli
from kit.errors import InvalidInputError, NotFoundError


@pytest.fixture
def backtest(urls, monkeypatch, tmp_path):
    """Run `cdp backtest ...` on the test's database; returns its standard output, which has no log."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CDP_DATABASE_URL", urls.app)
    monkeypatch.setenv("COLUMNS", "160")

    def run(*words, tenant=56):
        words = ("backtest", "--tenant", str(tenant), *words)
        with capture_logs():
            result = CliRunner().invoke(cli.app, words, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def test_it_says_in_words_and_figures_how_good_the_forecast_was(backtest, make):
    make.history(make.tenant(), 600)
    told = backtest("--holdout", "90")
    assert "The last 90 days, 2025-10-03 to 2025-12-31, were held out" in told
    assert "came back within" in told
    for name in ("historical_rate", "last_window", "hiatus", "pareto_nbd", "bg_nbd"):
        assert name in told
    assert " *" in told


def test_json_holds_the_whole_result(backtest, make):
    make.history(make.tenant(), 100)
    found = json.loads(backtest("--json", "--holdout", "60"))
    assert (found["status"], found["holdout_days"], found["result"]["holdout_days"]) == ("succeeded", 60, 60)
    assert found["result"]["as_of"] == "2026-01-01"


@pytest.mark.parametrize(("name", "start"), [("plot.png", b"\x89PNG"), ("plot.svg", b"<?xml")])
def test_the_plots_are_drawn(backtest, make, tmp_path, name, start):
    make.history(make.tenant(), 300)
    backtest("--holdout", "90", "--plot", name)
    assert (tmp_path / name).read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--holdout", "0"), "holdout is 0; accepted are 1 to 3650 days"),
        (("--as-of", "soon"), "'soon' is not a day"),
        (("--plot", "plot.txt"), "ends in none of .png, .svg, .pdf"),
        (("--plot", "nowhere/plot.png"), "There is no directory nowhere"),
    ],
)
def test_a_wrong_option_is_refused_by_name(backtest, make, words, message):
    make.tenant()
    with pytest.raises(InvalidInputError, match=message):
        backtest(*words)


def test_nothing_to_draw_is_said(backtest, make):
    make.tenant()
    with pytest.raises(InvalidInputError, match="nothing could be foretold"):
        backtest("--plot", "plot.png")


def test_an_unknown_tenant_is_said(backtest):
    with pytest.raises(NotFoundError, match="Tenant with ID 7 not found"):
        backtest(tenant=7)
