"""Every code that a caller can meet is documented."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from kit.errors import CdpError
from kit.http import CODES

ROOT = Path(__file__).parent.parent.parent


def told(tree: ast.AST) -> Iterator[ast.expr]:
    """What a source gives as an error's code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            yield from (
                value
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant) and key.value == "code"
            )
        elif isinstance(node, ast.Call):
            yield from (each.value for each in node.keywords if each.arg == "code")
            if isinstance(node.func, ast.Name) and node.func.id == "_refused":
                yield from node.args[1:]
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield from [node.value] if node.targets[0].id == "code" else []


def tree_of(base: type[CdpError]) -> Iterator[type[CdpError]]:
    yield base
    for each in base.__subclasses__():
        yield from tree_of(each)


def test_every_code_of_an_error_is_documented():
    page = (ROOT / "docs" / "reference" / "errors.md").read_text()
    documented = set(re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE))
    codes = {each.code for each in tree_of(CdpError)} | set(CODES.values())
    for path in (ROOT / "schema").rglob("*.py"):
        for given in told(ast.parse(path.read_text())):
            codes |= {
                each.value
                for each in ast.walk(given)
                if isinstance(each, ast.Constant)
                and isinstance(each.value, str)
                and re.fullmatch("[A-Z][A-Z_]+", each.value)
            }
    assert codes == documented
