"""What the demo prints for its visitor to try."""

import json
import re
from pathlib import Path

from graphql import build_schema, parse, validate

from commands import demonstration

SCHEMA = Path(__file__).parents[2] / "schema" / "schema.graphql"


def test_the_printed_query_is_one_of_the_schema(capsys):
    demonstration._announce("http://127.0.0.1:8000")
    printed = re.search(r"-d '(.*)'", capsys.readouterr().out)
    assert printed
    document = parse(json.loads(printed[1])["query"])
    assert validate(build_schema(SCHEMA.read_text()), document) == []
