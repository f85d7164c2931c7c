"""`cdp settings`: the table, the changes, and what is refused."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli
from kit.errors import InvalidInputError, NotFoundError
from resolvers.settings import SETTINGS
from resolvers.settings.segment_map import BUILT_IN


@pytest.fixture
def settings(urls, monkeypatch, tmp_path):
    """Run `cdp settings ...` on the test's database; returns what it prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CDP_DATABASE_URL", urls.app)
    monkeypatch.setenv("COLUMNS", "160")

    def run(*words, tenant=56):
        result = CliRunner().invoke(
            cli.app, ["settings", "--tenant", str(tenant), *words], catch_exceptions=False
        )
        assert result.exit_code == 0, result.output
        return result.output

    return run


def values(settings, *words):
    return {key: each["value"] for key, each in json.loads(settings("--json", *words)).items()}


def test_every_setting_is_shown_with_its_default_and_meaning(settings, make):
    make.tenant()
    shown = settings()
    for each in SETTINGS:
        assert each.key in shown
        assert each.meaning.split()[0] in shown
    assert "built-in" in shown
    assert "measured" in shown
    assert "*" not in shown
    shown = settings("--set", "clv.months=24")
    (line,) = [each for each in shown.splitlines() if "clv.months" in each]
    assert "24 *" in line
    assert "12" in line


def test_set_and_reset(settings, make):
    make.tenant()
    found = values(
        settings, "--set", "clv.months=24", "--set", "tiers.high=.1", "--set", "churn.horizon_days=7"
    )
    assert (found["clv.months"], found["tiers.high"], found["churn.horizon_days"]) == (24, 0.1, 7)
    found = values(settings, "--reset", "clv.months", "--set", "churn.horizon_days=14")
    assert (found["clv.months"], found["tiers.high"], found["churn.horizon_days"]) == (12, 0.1, 14)
    assert json.loads(settings("--json"))["tiers.high"] == {"value": 0.1, "default": 0.2, "own": True}


def test_a_segment_map_comes_from_a_file(settings, make, tmp_path):
    make.tenant()
    swapped = BUILT_IN | {"Champions": BUILT_IN["Lost"], "Lost": BUILT_IN["Champions"]}
    (tmp_path / "map.json").write_text(json.dumps(swapped))
    assert values(settings, "--segment-map", "map.json")["segment_map"] == swapped
    assert "own, version 1" in settings()
    assert values(settings, "--reset", "segment_map")["segment_map"] is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--set", "clv.months"], "'clv.months' is not KEY=VALUE"),
        (["--set", "clv.months=two"], "clv.months is 'two'; accepted are whole numbers from 1 to 120."),
        (["--set", "clv.months=2.5"], "clv.months is '2.5';"),
        (["--set", "clv.annual_rate=inf"], "clv.annual_rate is inf;"),
        (["--set", "tiers.high=.7"], "tiers.high is 0.7 and tiers.medium 0.3"),
        (["--set", "months=2"], "'months' is not a setting; accepted are clv.months, "),
        (["--reset", "months"], "'months' is not a setting;"),
        (["--set", "clv.months=2", "--reset", "clv.months"], "clv.months is given twice"),
        (["--set", "segment_map={}"], "segment_map is set from a file: --segment-map FILE.json"),
        (["--segment-map", "none.json"], "none.json cannot be read: No such file"),
        (["--segment-map", "broken.json"], "broken.json is not JSON"),
        (["--segment-map", "list.json"], "segment_map is [1] (each segment must have a list of cells"),
        (["--segment-map", "empty.json"], "cells without a segment 111, 112"),
    ],
)
def test_what_is_not_accepted_is_told_and_nothing_changes(settings, make, tmp_path, words, told):
    make.tenant()
    for name, content in (("broken", "{"), ("list", "[1]"), ("empty", "{}")):
        (tmp_path / f"{name}.json").write_text(content)
    with pytest.raises(InvalidInputError) as error:
        settings("--set", "staleness_hours=5", *words)
    assert told in error.value.message
    assert values(settings)["staleness_hours"] == 24


def test_an_unknown_tenant_is_not_found(settings):
    with pytest.raises(NotFoundError, match="Tenant with ID 999 not found"):
        settings(tenant=999)


def test_the_page_of_settings_names_each_with_what_is_accepted():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "tenant-settings.md").read_text()
    for each in SETTINGS:
        assert f"| `{each.key}` |" in page
