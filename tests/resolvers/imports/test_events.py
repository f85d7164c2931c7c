from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from tests.conftest import Urls
    from tests.resolvers.imports.conftest import Shop

SEE = (
    "SELECT message_id, external_id, event_type, occurred_at, properties FROM event "
    "LEFT JOIN customer ON customer.id = customer_id ORDER BY occurred_at, message_id"
)
SOON = (datetime.now(UTC) + timedelta(hours=20)).replace(microsecond=0)
HEADER = "message_id,customer_id,event_type,occurred_at,properties\n"


def test_events_of_several_months(shop: "Shop") -> None:
    report = shop.take(
        "events",
        HEADER
        + 'm1,a,page_view,2024-07-01 00:30,"{""path"": ""/x""}"\n'
        + f"m2,,purchase,{SOON:%Y-%m-%dT%H:%M:%SZ},\n",
    )
    assert shop.see(SEE) == [
        ("m1", "a", "page_view", datetime(2024, 6, 30, 23, 30, tzinfo=UTC), {"path": "/x"}),
        ("m2", None, "purchase", SOON, {}),
    ]
    assert (report.inserted, report.customers_new, report.future) == (2, 1, 1)
    assert str(report.first_day) == "2024-07-01"


def test_the_same_file_again_changes_nothing(shop: "Shop") -> None:
    content = (
        '{"message_id": "m1", "customer_id": "a", "type": "page_view", "ts": "2024-07-01T00:00Z", '
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
    shop.take("events", HEADER + "m1,a,page_view,2024-07-01,\n")
    assert shop.see("SELECT data_changed_at FROM tenant") == [None]


def test_events_without_ids_are_told_apart_by_what_they_are(shop: "Shop") -> None:
    content = (
        "customer_id,event_type,occurred_at\n" + "a,page_view,2024-01-01\n" * 2 + "a,purchase,2024-01-01\n"
    )
    shop.take("events", content)
    assert [row[0] for row in shop.see(SEE)] == [
        "a@2024-01-01T00:00:00.000000/page_view#1",
        "a@2024-01-01T00:00:00.000000/page_view#2",
        "a@2024-01-01T00:00:00.000000/purchase#1",
    ]
    assert not shop.take("events", content).changed


def test_wrong_properties_and_missing_types_are_rejected(shop: "Shop") -> None:
    good = "m0,a,page_view,2024-01-01,{}\n"
    shop.take(
        "events",
        HEADER
        + good
        + 'm1,a,page_view,2024-01-01,"[1]"\nm2,a,,2024-01-01,\n'
        + 'm3,a,page_view,2024-01-01,"{""a"": ""\\u0000""}"\n',
    )
    reason = "not a JSON object that can be stored"
    assert shop.rejects() == [
        f"3,properties,[1],{reason}",
        "4,event_type,,is empty",
        f'5,properties,"{{""a"": ""\\u0000""}}",{reason}',
    ]


def test_the_first_year_has_months_and_the_last_is_too_far_ahead(shop: "Shop") -> None:
    report = shop.take(
        "events", HEADER + "m1,a,page_view,1970-01-01T12:00Z,\nm2,a,page_view,2199-12-31T12:00Z,\n"
    )
    assert (report.inserted, report.rejected) == (1, 1)


def test_a_file_keeps_to_the_rules_of_the_api(shop: "Shop", urls: "Urls") -> None:
    shop.take("events", HEADER + "m0,a,page_view,2024-01-01,{}\n")
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO event_type (tenant_id, name, json_schema) "
            """VALUES (56, 'quiz', '{"required": ["score"]}'), (56, 'gone', NULL)"""
        )
        owner.execute("UPDATE event_type SET is_active = false WHERE name = 'gone'")
    lines = [
        *("m1,a,quiz,2024-01-01,{}", 'm2,a,quiz,2024-01-01,"{""score"": 1}"', "m3,a,gone,2024-01-01,"),
        *('m4,a,email_opened,2024-01-01,"{""campaign"": 7}"', "m5,a,page_view,2199-01-01,"),
        *("m6,a,page_view,2199-01-01T12:00Z,", f'm7,a,page_view,2024-01-01,"{{""a"": ""{"x" * 33_000}""}}"'),
    ]
    report = shop.take("events", HEADER + "\n".join(lines) + "\n")
    assert (report.inserted, report.rejected) == (1, 6)
    told = [line.partition(",")[::2] for line in shop.rejects()]
    assert [number for number, _ in told] == ["2", "4", "5", "6", "7", "8"]
    for (_, line), reason in zip(
        told,
        (
            *("'score' is a required property", "'gone' is not a type of this tenant's events"),
            *("campaign: campaign of email_opened must be text", "more than a day in the future"),
            *("more than a day in the future", "not a JSON object that can be stored"),
        ),
        strict=True,
    ):
        assert reason in line


def test_purchases_bring_their_orders(shop: "Shop") -> None:
    def purchase(number: int, amount: str, order: str = "o1") -> str:
        held = f'{{""order_id"": ""{order}"", ""amount"": ""{amount}"", ""items"": 2}}'
        return f'p{number},a,purchase,2024-07-0{number}T10:00Z,"{held}"\n'

    shop.take("events", HEADER + purchase(1, "10.50") + purchase(2, "11.505") + purchase(3, "7", "o2"))
    see = (
        "SELECT external_id, amount::text, currency, status, items, placed_at FROM customer_order ORDER BY 1"
    )
    first = [
        ("o1", "11.5000", "GBP", "paid", 2, datetime(2024, 7, 1, 10, tzinfo=UTC)),
        ("o2", "7.0000", "GBP", "paid", 2, datetime(2024, 7, 3, 10, tzinfo=UTC)),
    ]
    found = shop.see(see)
    assert [row[:2] for row in found] == [row[:2] for row in first]
    assert {row[2:5] for row in found} == {("GBP", "paid", 2)}
    before = shop.everything()
    assert not shop.take("events", HEADER + purchase(1, "10.50") + purchase(2, "11.505")).changed
    assert shop.everything() == before
    assert shop.see("SELECT data_version FROM tenant") == [1]


def test_a_refund_goes_to_the_order_that_a_purchase_brings(shop: "Shop") -> None:
    shop.take(
        "orders",
        "order_id,customer_id,date,amount,kind,refund_of\n"
        "r1,a,2024-07-02,10,credit,o1\no9,a,2024-01-01,1,order,\n",
    )
    held = '"{""order_id"": ""o1"", ""amount"": 10}"'
    shop.take("events", HEADER + f"m1,a,purchase,2024-07-01T10:00Z,{held}\n")
    assert shop.see("SELECT refunded::text FROM customer_order WHERE external_id = 'o1'") == ["10.0000"]
