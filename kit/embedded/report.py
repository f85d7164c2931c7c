"""What PostgreSQL said, cut down to what tells a person why."""

import re
from pathlib import Path

TELLING = re.compile(r"\b(PANIC|FATAL|ERROR|DETAIL|HINT|error|could not|cannot|keeper):?", re.ASCII)
PREFIX = re.compile(r"^\d{4}-\d\d-\d\d [\d:.]+ \S+ \[\d+\] ")
TAIL = 8192


def telling(text: str, lines: int = 4) -> str:
    """The last lines that name a failure, or simply the last ones, as one sentence."""
    said = [PREFIX.sub("", line.strip()) for line in text.splitlines() if line.strip()]
    chosen = [line for line in said if TELLING.search(line)] or said
    once = list(dict.fromkeys(chosen[-lines:]))
    return "; ".join(once).rstrip(".") + "." if once else "it said nothing."


def tail(log: Path, start: int = 0) -> str:
    """The end of a log, from `start` on unless it was cut since."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(start if start <= size else 0, size - TAIL))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
