"""Answers to compare: the same to the byte, but for the name that was tried and for what is new each time."""

import re
from functools import partial

import httpx

from kit import ids, opaque
from tests.acceptance.isolation.shops import ABSENT, INSTANT, NEW

CHANGING = {"x-request-id", "date", "content-length", "etag"}
"""Headers that are others each time; an entity tag stands for what was asked as well."""
YEAR = 365 * 86_400_000_000
_OPAQUE = re.compile(r'"([A-Za-z0-9_-]{8,})"')
_NUMBER = re.compile(r"\b8\d{6}\b")
_FRESH = re.compile(r"fresh \d+|\b[0-9a-f]{32}\b")
_MOMENT = re.compile(r'"20\d\d-\d\d-\d\dT[^"]*"')


def told(answer: httpx.Response, *tried: object) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of an answer, with what was tried taken out."""
    text = answer.text
    for each in tried:
        text = without(text, each)
    text = _OPAQUE.sub(partial(_new, tried), text)
    headers = {
        name: value
        for name, value in answer.headers.items()
        if name not in CHANGING and "ratelimit" not in name
    }
    for pattern, instead in ((_FRESH, "<fresh>"), (_NUMBER, "<new>"), (_MOMENT, '"<moment>"')):
        text = pattern.sub(instead, text)
    return answer.status_code, headers, text


def without(text: str, tried: object) -> str:
    """A text without a name, nor the numbers that an id holds."""
    if isinstance(tried, int):
        return re.sub(rf"\b{tried}\b", "<tried>", text)
    text = text.replace(str(tried), "<tried>").replace(str(tried)[:60], "<tried>")
    found = opaque.unseal(str(tried))
    for number in found[1] if found else ():
        if isinstance(number, int) and number >= 57:
            text = text.replace(ids.encode("Tenant", number), "<tried>")
            text = re.sub(rf"\b{number}\b", "<tried>", text)
    return text


def _new(tried: tuple[object, ...], found: re.Match[str]) -> str:
    """An id of what has come into being since."""
    match opaque.unseal(found[1]):
        case (str(kind), values) if set(values) & {each for each in tried if isinstance(each, str)}:
            return f'"<{kind} of what was tried>"'
        case (str(kind), values) if any(isinstance(each, int) and NEW <= each < ABSENT for each in values):
            return f'"<new {kind}>"'
        case ("Event", (tenant, int(instant), str(name))) if instant > INSTANT + YEAR or _FRESH.search(name):
            return f'"<new Event of {tenant}>"'
    return found[0]
