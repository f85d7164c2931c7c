"""What became of each of several events, as the v2 paths tell it."""

from typing import Any

from kit import ids
from resolvers.writes.outcome import CREATED, REJECTED, Outcome
from rest.event_body import told


class Tally:
    """Makes the results of a tenant's events, and counts them."""

    def __init__(self, tenant: int) -> None:
        self._tenant = tenant
        self.inserted = self.duplicate = self.rejected = 0

    @property
    def count(self) -> int:
        return self.inserted + self.duplicate + self.rejected

    def result(self, place: str, number: int, outcome: Outcome, sent: Any) -> dict[str, Any]:
        """What became of one; a rejected event comes back as it was sent, so that it can be sent again."""
        if outcome.status == REJECTED:
            self.rejected += 1
            reason = "; ".join(dict.fromkeys(told(each, sent) for each in outcome.problems))
            return {place: number, "status": "rejected", "reason": reason, "event": sent}
        if outcome.status == CREATED:
            self.inserted += 1
            status = "inserted"
        else:
            self.duplicate += 1
            status = "duplicate"
        moment, message_id = outcome.key
        name = ids.encode_event(self._tenant, moment, message_id)
        return {place: number, "status": status, "id": name, "message_id": message_id}

    def summary(self) -> dict[str, Any]:
        """The counts."""
        return {
            "success": True,
            "inserted": self.inserted,
            "duplicate": self.duplicate,
            "rejected": self.rejected,
        }


def sent_event(given: Any) -> Any:
    """An event as it was sent first, where a rejected result is sent again as it came back."""
    if isinstance(given, dict) and given.get("status") == "rejected" and "event" in given:
        return given["event"]
    return given
