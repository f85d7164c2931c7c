"""The rules of the house that no linter knows."""

import ast
import importlib.metadata
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
SOURCES = [
    path
    for name in PACKAGES
    for path in ([ROOT / name] if name.endswith(".py") else (ROOT / name).rglob("*.py"))
]
INNER = ("resolvers", "models", "scoring", "connectors", "demo", "kit")


def imports(path):
    """Names of the modules a file imports, with the dotted name for `from` imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_no_other_distribution_claims_our_names():
    claimed = importlib.metadata.packages_distributions()
    for name in PACKAGES:
        owners = set(claimed.get(name.removesuffix(".py"), [])) - {"cdp-api"}
        assert not owners, f"{name} is also in {owners}"


def test_nobody_imports_the_composition_root():
    for path in SOURCES:
        assert not {"app", "cli"} & set(imports(path)), path


def test_of_strawberry_the_inner_rooms_know_the_dataloader_alone():
    for path in SOURCES:
        if path.relative_to(ROOT).parts[0] in INNER:
            found = {name for name in imports(path) if name.split(".")[0] == "strawberry"}
            assert found <= {"strawberry.dataloader"}, path


def test_the_lock_has_hashes_and_no_addresses():
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    pinned = re.findall(r"^[a-z0-9._-]+==", lock, re.MULTILINE)
    assert len(pinned) > 50
    assert lock.count("--hash=sha256:") >= len(pinned)


def test_nothing_names_a_place_of_one_machine():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    wrong = re.compile(r"(^|[^\w.])/(work|root|home)/")
    for name in listed.stdout.split():
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".sql", ".json", ".html"} and "swagger" not in name:
            for number, line in enumerate(path.read_text().splitlines(), 1):
                assert not wrong.search(line) or "tests" in name, f"{name}:{number}: {line}"


def test_every_setting_and_command_is_documented():
    text = (ROOT / "docs" / "reference" / "settings.md").read_text()
    from cli import _PARTS
    from kit.config import Settings

    for name in Settings.model_fields:
        assert f"`CDP_{name.upper()}`" in text, name
    for name in _PARTS:
        assert f"`cdp {name}`" in text, name


def test_the_committed_contracts_are_those_of_the_code():
    from commands.schemas import graphql_text, openapi_text

    assert (ROOT / "schema" / "schema.graphql").read_text() == graphql_text()
    assert json.loads((ROOT / "rest" / "openapi.json").read_text()) == json.loads(openapi_text())


def test_links_in_the_documents_lead_somewhere():
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
            if "://" not in target:
                assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_every_measure_is_documented():
    names = set()
    for path in (ROOT / "kit" / "metrics").glob("*.py"):
        names |= set(re.findall(r'"(cdp_\w+)"', path.read_text()))
    text = (ROOT / "docs" / "howto" / "operate.md").read_text()
    assert len(names) > 10
    for name in names:
        assert re.search(rf"`{name}(_total)?`", text), name
