"""JSON read strictly: what is taken, and what is told of what is not."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit import strict_json
from kit.errors import InvalidInputError
from kit.strict_json import DEEPEST, LEAST, MOST, parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            '{"a": [1, 2.5, -0.0, "é", null, true, {"b": {}}]}',
            {"a": [1, 2.5, 0.0, "é", None, True, {"b": {}}]},
        ),
        (f"[{LEAST}, {MOST}]", [LEAST, MOST]),
        (r'"\\u0000 \ud83d\ude00"', "\\u0000 😀"),
        ("1e-400", 0.0),
        ("[" * DEEPEST + "]" * DEEPEST, None),
    ],
)
def test_json_is_read(text, value):
    found = parse(text.encode())
    assert found == value or value is None


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "The body is not JSON: "),
        (b"{", "The body is not JSON: "),
        (b"{'a': 1}", "The body is not JSON: "),
        (b"\xff", "The body is not JSON in UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "The body is not JSON in UTF-8"),
        (b'\xef\xbb\xbf{"a": 1}', "The body is not JSON"),
        (b'{"a\x00": 1}', "The body is not JSON: invalid control character at"),
        (b'{"a": {"price": NaN}}', "a.price is NaN, which JSON does not have"),
        (b'{"a": [1, -Infinity]}', "a.1 is -Infinity"),
        (b"NaN", "The body is NaN"),
        (b'{"a": 1e400}', "a is a number too large"),
        (f'{{"a": {MOST + 1}}}'.encode(), "a is an integer outside"),
        (f'{{"a": {LEAST - 1}}}'.encode(), "a is an integer outside"),
        (b'{"a": ' + b"9" * 5000 + b"}", "a is an integer outside"),
        (rb'{"a": "x\u0000"}', "a holds the character NUL"),
        (rb'{"a": {"x\u0000": 1}}', "a has a name that holds the character NUL"),
        (rb'{"a": "\ud800"}', "a holds half of a surrogate pair"),
        (b'{"force": true, "force": false}', 'The body has "force" twice; give it once'),
        (b'{"a": [{"b": 1, "b": 1}]}', 'a.0 has "b" twice'),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "nests deeper than the 100 levels"),
        (b"[" * 100_000, "nests deeper than the 100 levels"),
        (b'{"a":' * 100_000, "nests deeper than the 100 levels"),
    ],
)
def test_what_is_wrong_is_told(body, told):
    with pytest.raises(InvalidInputError) as caught:
        parse(body)
    assert told in caught.value.message


BLANKS = st.sampled_from(["", "", " ", "\n"])
NAMES = st.sampled_from(['"a"', '"b"', '"a\\""', '"\\""', '":"', '" :"', '"\\u0061"', '"\\u0000"'])
ATOMS = st.sampled_from(
    ["0", "-0.0", "1.0", "1e400", str(MOST), str(MOST + 1), str(LEAST - 1), str(2**64), "NaN", "01", "null"]
) | NAMES.map(lambda name: name.replace("a", ":"))


def _holders(values):
    pair = st.tuples(BLANKS, NAMES, BLANKS, st.just(":"), BLANKS, values).map("".join)
    objects = st.lists(pair).map(lambda pairs: f"{{{','.join(pairs)}}}")
    return objects | st.lists(values).map(lambda each: f"[{' ,'.join(each)}]")


@settings(max_examples=300, deadline=None)
@given(st.recursive(ATOMS, _holders, max_leaves=12))
def test_the_fast_reader_takes_nothing_that_the_strict_one_does_not(text):
    fast = _result(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strict_json, "_plain", lambda body: strict_json._NOT_PLAIN)
        assert fast == _result(text)


def _result(text):
    try:
        return repr(parse(text.encode()))
    except InvalidInputError as error:
        return error.message


def test_usual_bodies_are_read_fast():
    body = {"a": [{"b": "https://example.com/: x", "at": "10:00", "n": 1.5}, {"b": None}], "e": "é"}
    for text in (
        json.dumps(body),
        json.dumps(body, indent=1, ensure_ascii=False),
        json.dumps(body, indent="\t"),
    ):
        plain = strict_json._plain(text.encode())
        assert (plain is strict_json._NOT_PLAIN) == ("\\u" in text)
        assert "\\u" in text or plain == body
