from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from connectors.files.cells import texts
from connectors.files.dates import times
from connectors.files.shapes import given, recognise
from kit.errors import InvalidInputError


def read(
    values: list[str | None], date_format: str | None = None
) -> tuple[list[Any], list[Any], dict[Any, str]]:
    """Local texts and instants of values, and the reasons of those that are neither."""
    column = pa.array(values)
    shape = given(date_format) if date_format else recognise(texts(column), "placed_at", "date")
    found = times(column, shape)
    reasons = {value: found.why(value) for value, bad in zip(values, found.bad, strict=True) if bad and value}
    return (
        [str(each) if each else None for each in found.local.to_pylist()],
        found.instant.to_pylist(),
        reasons,
    )


NOON = datetime(2024, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2024-01-31", "2024-01-31 00:00:00"),
        ("2024-01-31T08:26", "2024-01-31 08:26:00"),
        ("2024-01-31 08:26:09", "2024-01-31 08:26:09"),
        ("2024-01-31T08:26:09.25", "2024-01-31 08:26:09.250000"),
        ("2024-01-31T08:26:09.123456789", "2024-01-31 08:26:09.123456"),
        ("20240131", "2024-01-31 00:00:00"),
        ("20240131T082609", "2024-01-31 08:26:09"),
        ("2024/1/31 8:26", "2024-01-31 08:26:00"),
        ("31/1/2024", "2024-01-31 00:00:00"),
        ("31.01.2024 8:26:09", "2024-01-31 08:26:09"),
        ("1/31/2024 8:26", "2024-01-31 08:26:00"),
    ],
)
def test_wall_clock_times(text: str, local: str) -> None:
    assert read([text, "", None]) == ([local, None, None], [None] * 3, {})


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-31T12:00Z",
        "2024-01-31T13:00:00+01:00",
        "2024-01-31 09:00:00.000-0300",
        "20240131T120000Z",
        "31/01/2024 13:00 +01:00",
    ],
)
def test_instants(text: str) -> None:
    assert read([text]) == ([None], [NOON], {})


def test_both_in_one_column() -> None:
    local, instant, reasons = read(["2024-01-31T12:00Z", "2024-01-31 12:00", "2024-02-30", "soon"])
    assert local == [None, "2024-01-31 12:00:00", None, None]
    assert instant == [NOON, None, None, None]
    assert set(reasons) == {"2024-02-30", "soon"}
    assert reasons["soon"] == "not a date like 2024-01-31 or 2024-01-31T18:05:00"


@pytest.mark.parametrize("text", ["1969-12-31", "2201-01-01", "0024-01-31", "1969-12-31T23:00Z"])
def test_years_outside_1970_to_2200(text: str) -> None:
    assert read(["2024-01-31", text])[2] == {text: "outside the years 1970 to 2200"}


def test_the_edges_of_the_years_are_inside() -> None:
    assert read(["1970-01-01", "2200-12-31T23:59:59"])[2] == {}


def test_a_later_value_decides_between_day_and_month() -> None:
    assert read(["1/2/2024", "3/2/2024", "13/2/2024"])[0][0] == "2024-02-01 00:00:00"
    assert read(["1/2/2024", "3/2/2024", "2/13/2024"])[0][0] == "2024-01-02 00:00:00"


def test_one_slip_among_many_does_not_make_a_mixture() -> None:
    days = [f"{day}/{month}/2024" for day in range(1, 29) for month in range(1, 13)]
    assert list(read([*days, "1/13/2024"])[2]) == ["1/13/2024"]


SAY = "say which with --date-format '%d/%m/%Y' or --date-format '%m/%d/%Y'."


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            ["1/2/2024"],
            f"The dates in column 'date', such as '1/2/2024', could be day/month or month/day; {SAY}",
        ),
        (
            ["31/1/2024", "1/31/2024"],
            f"The dates in column 'date', such as '31/1/2024', mix day/month and month/day; {SAY}",
        ),
        (
            ["1706724309"],
            "Column 'date' holds numbers like 1706724309; if they count from 1970, add --date-format epoch.",
        ),
        (
            ["1706724309000"],
            "Column 'date' holds numbers like 1706724309000; if they count from 1970, "
            "add --date-format epoch_ms.",
        ),
        (
            ["31-Jan-24"],
            "Column 'date' holds '31-Jan-24', which is no date this knows (2024-01-31, 20240131, "
            "31/01/2024); say how its dates are written, for example --date-format '%d %b %Y'.",
        ),
    ],
)
def test_dates_that_cannot_be_told_get_one_sentence(values: list[str | None], sentence: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        read(values)
    assert (error.value.field, error.value.message) == ("placed_at", sentence)


@pytest.mark.parametrize(
    ("text", "date_format", "local"),
    [
        ("1/2/2024", "%d/%m/%Y", "2024-02-01 00:00:00"),
        ("1/2/2024 8:26", "%d/%m/%Y", "2024-02-01 08:26:00"),
        ("1/2/2024", "%m/%d/%Y", "2024-01-02 00:00:00"),
        ("01.02.2024 08h26", "%d.%m.%Y %Hh%M", "2024-02-01 08:26:00"),
        ("31-Jan-24", "%d-%b-%y", "2024-01-31 00:00:00"),
        ("01/31/2024 08:26 PM", "%m/%d/%Y %I:%M %p", "2024-01-31 20:26:00"),
    ],
)
def test_formats_that_are_given(text: str, date_format: str, local: str) -> None:
    assert read([text], date_format) == ([local], [None], {})


def test_formats_with_an_offset_or_counting_from_1970_are_instants() -> None:
    assert read(["31/01/2024 13:00 +0100"], "%d/%m/%Y %H:%M %z")[1] == [NOON]
    assert read(["1706702400"], "epoch")[1] == [NOON]
    assert read(["1706702400000"], "epoch_ms")[1] == [NOON]
    assert read(["x"], "epoch")[2] == {"x": "not a date like 1706724309 (epoch)"}


@pytest.mark.parametrize("date_format", ["%H:%M", "day", "%d/%m", "%Q"])
def test_a_format_that_gives_no_date_is_refused(date_format: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        given(date_format)
    assert error.value.message == (
        f"--date-format {date_format!r} is no format for a whole date; write one like '%d/%m/%Y' or "
        "'%m/%d/%Y %H:%M', or epoch or epoch_ms."
    )


def test_typed_columns_need_no_shape() -> None:
    days = times(pa.array([date(2024, 1, 31), None]), given("%d/%m/%Y"))
    assert days.local.to_pylist() == [datetime(2024, 1, 31), None]  # noqa: DTZ001
    stamps = times(pa.array([NOON], pa.timestamp("ns", "Europe/Madrid")), given("%d/%m/%Y"))
    assert stamps.instant.to_pylist() == [NOON]
