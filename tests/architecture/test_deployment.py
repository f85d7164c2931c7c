"""What the folder docker/ names is there: settings, packages, the lock; and it is as closed as it says."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from kit.config import Settings

ROOT = Path(__file__).parent.parent.parent
DOCKER = ROOT / "docker"
COMPOSE = yaml.safe_load((DOCKER / "compose.yaml").read_text())
OURS = ("migrate", "api", "worker")
KNOWN = {f"CDP_{name.upper()}" for name in Settings.model_fields}


def test_every_variable_is_a_setting():
    named = set()
    for path in DOCKER.iterdir():
        named |= set(re.findall(r"\bCDP_[A-Z_]+[A-Z]", path.read_text()))
    assert len(named) > 6
    assert named <= KNOWN


def values_of(name):
    lines = (DOCKER / name).read_text().splitlines()
    return dict(each.split("=", 1) for each in lines if "=" in each and not each.startswith("#"))


@pytest.mark.parametrize("name", ["env.example", "cdp.env.example"])
def test_the_example_of_settings_holds_no_secret(name):
    assert {name for name, value in values_of(name).items() if value} == {"CDP_AUTH"}


def test_each_service_is_told_its_own_secrets_alone():
    services = COMPOSE["services"]
    told = {
        name: set(re.findall(r"\$\{(\w+)", yaml.safe_dump(service))) for name, service in services.items()
    }
    secret = {name for name in values_of("env.example") if re.search("PASSWORD|SECRET|TOKEN", name)}
    assert {name: found & (secret | {"CDP_JWT_SECRET"}) for name, found in told.items()} == {
        "database": {"POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD"},
        "limits": {"LIMITS_PASSWORD"},
        "migrate": {"OWNER_PASSWORD"},
        "api": {
            "APP_PASSWORD",
            "LIMITS_PASSWORD",
            "CDP_SECRET_KEY",
            "CDP_JWT_SECRET",
            "CDP_METRICS_TOKEN",
        },
        "worker": {"APP_PASSWORD", "CDP_SECRET_KEY"},
    }
    assert not any("env_file" in service for service in services.values())
    assert values_of("env.example").keys() <= set().union(*told.values())
    for name in ("api", "worker"):
        assert services[name]["environment"]["CDP_DATABASE_URL"].startswith("postgresql://cdp_app:")
    assert services["limits"]["networks"] == ["counts"]
    assert [name for name, each in services.items() if "counts" in each.get("networks", [])] == [
        "limits",
        "api",
    ]


def test_the_services_are_closed():
    services = COMPOSE["services"]
    for name in OURS:
        service = services[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["tmpfs"]
        assert service["command"][0] in {"migrate", "serve", "worker"}
    for name in ("database", "limits", "worker"):
        assert services[name]["healthcheck"]["test"]
        assert "ports" not in services[name]
    assert services["api"]["ports"] == ["127.0.0.1:8000:8000"]
    for name in ("api", "worker"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_the_image_is_of_the_lock_alone_and_runs_as_nobody():
    text = (DOCKER / "Dockerfile").read_text()
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {"python:3.11-slim"}
    assert "--require-hashes" in text
    assert text.rindex("\nUSER 10001") > text.rindex("\nRUN ")
    assert "HEALTHCHECK" in text
    assert "/health/ready" in text
    assert not (DOCKER / "__init__.py").exists()


def test_the_image_installs_a_part_of_what_is_tested():
    whole, part = (blocks(path) for path in (ROOT / "requirements.lock", DOCKER / "requirements.lock"))
    assert len(part) > 40
    assert part.items() <= whole.items()
    assert not {"pytest", "mypy", "matplotlib"} & {each.partition("==")[0] for each in part}


def blocks(path):
    """The pinned requirements of a lock, without markers, and their hashes."""
    found = {}
    for block in re.split(r"\n(?=\S)", path.read_text()):
        if "==" in block:
            found[re.split(r"[ ;\\]", block)[0]] = frozenset(re.findall(r"sha256:\w+", block))
    return found


def test_the_checks_of_npm_do_not_skip_where_it_is():
    run = (ROOT / ".ci" / "run").read_text()
    assert run.index('export CI="${CI:-1}"') < run.index("\nmake check")
    makefile = (ROOT / "Makefile").read_text()
    skipped = makefile.count("could not be installed.'")
    assert skipped == makefile.count('elif [ -n "$$CI" ]; then exit 1;') == 2


def test_each_promise_of_security_names_tests_that_are_there():
    page = (ROOT / "docs" / "why" / "security.md").read_text()
    named = re.findall(r"`((?:tests/|test_)[\w/]+(?:\.py|/))`", page)
    assert len(named) > 40
    there = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    for each in named:
        assert (ROOT / each).exists() if "/" in each else each in there, each


def test_systemd_knows_the_unit(tmp_path):
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / "cdp.service"
    text = (DOCKER / "cdp.service").read_text()
    unit.write_text(text.replace("/opt/cdp/bin/cdp", "/bin/true"))
    done = subprocess.run([verify, "verify", unit], capture_output=True, text=True, check=False)
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "cdp.service" in line]
    assert not ours
    for line in (
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "CapabilityBoundingSet=\n",
        "DynamicUser=yes",
    ):
        assert line in text
