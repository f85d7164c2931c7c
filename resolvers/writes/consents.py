"""Consents from a caller, with the customers whose they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from kit.db import Statement, Work
from models.consent import CHANNELS, LONGEST_SOURCE
from resolvers.imports.statements import statement
from resolvers.writes.checks import Check

_STAGE = Statement(
    "INSERT INTO import_consent (external_id, channel, is_granted, source, recorded_at) "
    'SELECT "of", channel, is_granted, source, recorded_at FROM jsonb_to_recordset(%(consents)s) AS given '
    '("of" text, channel text, is_granted boolean, source text, recorded_at timestamptz)',
    False,
    {},
)


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """What a customer said of a channel: where (`source`), and when; without an instant, now."""

    channel: str
    is_granted: bool
    source: str | None = None
    recorded_at: datetime | None = None


def checked_consents(check: Check, given: Sequence[ConsentRecord] | None) -> list[dict[str, Any]]:
    """The consents of a customer as rows. What is wrong is told with the way to it."""
    if given is None:
        check.wrong("consents", "It cannot be null; leave it out to keep what there is.")
        return []
    found: dict[str, dict[str, Any]] = {}
    for place, each in enumerate(given):
        if each.channel not in CHANNELS:
            check.wrong(f"consents.{place}.channel", f"Accepted are {', '.join(CHANNELS)}.")
        elif each.channel in found:
            check.wrong(f"consents.{place}.channel", f"{each.channel} is told of twice; tell of it once.")
        else:
            found[each.channel] = _row(check, f"consents.{place}", each)
    return [*found.values()]


def _row(check: Check, way: str, given: ConsentRecord) -> dict[str, Any]:
    moment = None
    if given.recorded_at is not None:
        moment = check.past(f"{way}.recorded_at", given.recorded_at).isoformat()
    return {
        "channel": given.channel,
        "is_granted": given.is_granted,
        "source": check.text(f"{way}.source", given.source, most=LONGEST_SOURCE),
        "recorded_at": moment,
    }


def store_consents(work: Work, consents: Sequence[dict[str, Any]]) -> None:
    """Store rows that say `of` whom they are, an external id; of whom any is another now has changed."""
    if consents:
        work.run(_STAGE, {"consents": Jsonb([*consents])})
        work.count(statement("consent_upsert"))
