"""Every code that a caller can meet is documented."""

import re
from pathlib import Path

from kit.errors import CdpError

ROOT = Path(__file__).parent.parent.parent


def test_every_code_of_an_error_is_documented():
    page = (ROOT / "docs" / "reference" / "graphql.md").read_text()
    documented = set(re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE))
    tree: list[type[CdpError]] = [CdpError, *CdpError.__subclasses__()]
    codes = {each.code for each in tree}
    for path in (ROOT / "schema").rglob("*.py"):
        codes |= set(re.findall(r'(?:"code": |_refused\([^\n]*, )"([A-Z_]+)"', path.read_text()))
    assert codes <= documented, codes - documented
    assert documented >= {"BAD_REQUEST", "FORBIDDEN", "PERSISTED_QUERY_NOT_FOUND"}
