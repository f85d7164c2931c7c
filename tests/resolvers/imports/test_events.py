from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.resolvers.imports.conftest import Shop

SEE = (
    "SELECT message_id, external_id, event_type, occurred_at, properties FROM event "
    "LEFT JOIN customer ON customer.id = customer_id ORDER BY occurred_at, message_id"
)
HEADER = "message_id,customer_id,event_type,occurred_at,properties\n"


def test_events_of_several_months(shop: "Shop") -> None:
    report = shop.take(
        "events",
        HEADER
        + 'm1,a,page_view,2024-07-01 00:30,"{""path"": ""/x""}"\nm2,,signed_up,2031-01-31T12:00:00Z,\n',
    )
    assert shop.see(SEE) == [
        ("m1", "a", "page_view", datetime(2024, 6, 30, 23, 30, tzinfo=UTC), {"path": "/x"}),
        ("m2", None, "signed_up", datetime(2031, 1, 31, 12, tzinfo=UTC), {}),
    ]
    assert (report.inserted, report.customers_new, report.future) == (2, 1, 1)
    assert (str(report.first_day), str(report.last_day)) == ("2024-07-01", "2031-01-31")


def test_the_same_file_again_changes_nothing(shop: "Shop") -> None:
    content = (
        '{"message_id": "m1", "customer_id": "a", "type": "x", "ts": "2024-07-01T00:00Z", '
        '"properties": {"n": 1.5}}\n'
    )
    path = shop.write(content + content.replace("1.5", "2.5"), "e.ndjson")
    first = shop.take("events", path)
    assert (first.inserted, first.unchanged) == (1, 1)
    before = shop.everything()
    again = shop.take("events", path)
    assert (again.changed, again.inserted, again.unchanged) == (False, 0, 2)
    assert shop.everything() == before
    assert shop.see("SELECT properties FROM event") == [{"n": 1.5}]


def test_events_do_not_put_scores_out_of_date(shop: "Shop") -> None:
    shop.take("events", HEADER + "m1,a,x,2024-07-01,\n")
    assert shop.see("SELECT data_changed_at FROM tenant") == [None]


def test_events_without_ids_are_told_apart_by_what_they_are(shop: "Shop") -> None:
    content = "customer_id,event_type,occurred_at\n" + "a,x,2024-01-01\n" * 2 + "a,y,2024-01-01\n"
    shop.take("events", content)
    assert [row[0] for row in shop.see(SEE)] == [
        "a@2024-01-01T00:00:00.000000/x#1",
        "a@2024-01-01T00:00:00.000000/x#2",
        "a@2024-01-01T00:00:00.000000/y#1",
    ]
    assert not shop.take("events", content).changed


def test_wrong_properties_and_missing_types_are_rejected(shop: "Shop") -> None:
    good = "m0,a,x,2024-01-01,{}\n"
    shop.take(
        "events",
        HEADER
        + good
        + 'm1,a,x,2024-01-01,"[1]"\nm2,a,,2024-01-01,\nm3,a,x,2024-01-01,"{""a"": ""\\u0000""}"\n',
    )
    reason = "not a JSON object that can be stored"
    assert shop.rejects() == [
        f"3,properties,[1],{reason}",
        "4,event_type,,is empty",
        f'5,properties,"{{""a"": ""\\u0000""}}",{reason}',
    ]


def test_the_edges_of_the_years_have_months(shop: "Shop") -> None:
    report = shop.take("events", HEADER + "m1,a,x,1970-01-01T12:00Z,\nm2,a,x,2199-12-31T12:00Z,\n")
    assert report.inserted == 2
