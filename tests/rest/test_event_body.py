"""Events as they are sent: the short way of checking them takes nothing that the close one refuses."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.page import microseconds
from rest.event_body import closely, plainly

TENANT = 1
AHEAD = datetime.now(UTC) + timedelta(days=2)
TEXTS = st.sampled_from(
    [
        "c1",
        " c1 ",
        "",
        "  ",
        "x" * 255,
        "x" * 256,
        "\x00",
        "\ud800",
        "\u00a0",
        "ana@example.com",
        " a@b.c",
        5,
        None,
    ]
)
FIELDS: dict[str, st.SearchStrategy[object]] = {
    "tenant_id": st.sampled_from([TENANT, 2, True, 1.0, "1", None]),
    "event_type": st.sampled_from(["page_view", "purchase", "quiz", "", 5, None]),
    "customer_id": st.sampled_from([1, 1.0, 2**63 - 1, 2**63, 0, -1, True, "1", None]),
    "external_id": TEXTS,
    "email": TEXTS
    | st.sampled_from(["a" * 64 + "@example.com", "a" * 65 + "@example.com", "a@b." + "c" * 320]),
    "properties": st.sampled_from(
        [
            {},
            {"page": "/"},
            {"page": 5},
            {"amount": -1},
            {"x": None},
            {"x": "y" * 32_768},
            {"x": "é" * 2_001},
            [],
            "x",
            None,
        ]
    ),
    "timestamp": st.sampled_from(
        [
            "2024-09-16T20:00:00Z",
            "2024-09-16T20:00:00",
            "2024-09-16",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00Z",
            "2024-02-30T00:00Z",
            "2024-01-01T00:00:00.000001+14:00",
            AHEAD.isoformat(),
            "9999-12-31T23:59:59-14:00",
            "",
            5,
            None,
        ]
    ),
    "message_id": TEXTS,
}
USUAL = {"event_type": "page_view", "timestamp": "2024-03-01T00:30:00+02:00", "message_id": "m1"}
PEOPLE = ({"customer_id": 1}, {"external_id": "c1"}, {"email": "ana@example.com"})
NAMED = st.sampled_from([*PEOPLE, {}])


@settings(max_examples=400, deadline=None)
@given(NAMED, st.fixed_dictionaries({}, optional=FIELDS), st.sampled_from([TENANT, None]))
def test_the_short_way_takes_nothing_that_the_close_one_refuses(named, odd, tenant):
    sent = {**USUAL, **named, **odd}
    short, close = plainly(sent, tenant), closely(sent, tenant)
    if short is None:
        return
    assert not close.problems
    message_id = short.message_id if sent.get("message_id") else close.message_id
    moment = short.moment if sent.get("timestamp") else close.moment
    assert short._replace(problems=[], message_id=message_id, moment=moment) == close


@pytest.mark.parametrize("named", PEOPLE)
@pytest.mark.parametrize(
    "more",
    [{}, {"properties": {"page": "/"}}, {"tenant_id": TENANT}, {"timestamp": None, "message_id": None}],
)
def test_usual_events_go_the_short_way(named, more):
    event = plainly({**USUAL, **named, **more}, TENANT)
    assert event is not None
    if "timestamp" not in more:
        assert event.moment == microseconds(datetime(2024, 2, 29, 22, 30, tzinfo=UTC))
