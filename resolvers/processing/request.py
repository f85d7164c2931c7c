"""What a run is asked to do."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from kit.errors import InvalidInputError
from kit.zone import EPOCH, day_number, start_of_day

ANALYSES = ("rfm", "clv", "churn")
NOW, LATEST = "now", "latest"


@dataclass(frozen=True, slots=True)
class Request:
    """Which analyses, and as of when: `now`, `latest` (the day after the last order) or a day."""

    analyses: tuple[str, ...] = ANALYSES
    as_of: str = NOW
    force: bool = False

    @classmethod
    def of(cls, analyses: list[str] | None, as_of: str = NOW, *, force: bool = False) -> "Request":
        """Check what a caller asked for. Raises InvalidInputError for an unknown analysis or day."""
        wanted = list(ANALYSES) if analyses is None else [each.strip().lower() for each in analyses]
        unknown = [each for each in wanted if each not in ANALYSES]
        if unknown:
            raise InvalidInputError(
                "analyses", f"'{unknown[0]}' is not an analysis; accepted are rfm, clv and churn."
            )
        if not wanted:
            raise InvalidInputError("analyses", "No analysis is named; accepted are rfm, clv and churn.")
        if as_of not in (NOW, LATEST):
            _day(as_of)
        return cls(tuple(each for each in ANALYSES if each in wanted), as_of, force)

    def instant(self, time_zone: str, last_order: datetime | None) -> datetime:
        """The instant `as_of` stands for. A day means its first moment in the shop's time zone."""
        if self.as_of == LATEST and last_order is not None:
            last_day = EPOCH.date() + timedelta(days=day_number(last_order, time_zone))
            return start_of_day(last_day + timedelta(days=1), time_zone)
        if self.as_of in (NOW, LATEST):
            return datetime.now(UTC)
        return start_of_day(_day(self.as_of), time_zone)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not 1970 <= day.year <= 2200:
        raise InvalidInputError(
            "as_of", f"'{text}' is not a day; accepted are now, latest or a day such as 2011-12-10."
        )
    return day
