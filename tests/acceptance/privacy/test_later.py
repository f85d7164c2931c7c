"""What comes in after a customer was erased: nothing brings them back, and others keep what is theirs."""

from kit.db import connect_for_work
from resolvers.imports.customers import import_customers
from resolvers.imports.events import import_events
from resolvers.imports.options import ImportOptions
from resolvers.imports.orders import import_orders
from resolvers.retention import remove_late
from tests.acceptance.privacy.people import (
    ANA,
    EVENT,
    EXPORT,
    MARKS,
    ORDER,
    TENANT,
    erase,
    held,
    nobody,
    send,
)


async def test_what_is_sent_later_brings_nobody_back(client, ana, urls):
    await erase(client, databaseId=ana)
    other = {"externalId": "another", "email": " ANA@example.com "}
    good, old = {"externalId": "eva"}, {"externalId": "ana-88"}
    aged = {"externalId": "aged", "email": "old@example.com"}
    results = await send(client, "customersUpsert", customers=[ANA, other, good, old, aged])
    assert [each["status"] for each in results] == ["REJECTED", "REJECTED", "CREATED", "REJECTED", "REJECTED"]
    for each, field in zip(results[:2], ("externalId", "email"), strict=True):
        assert each["userErrors"][0]["code"] == "ERASED"
        assert each["userErrors"][0]["field"][-1] == field
        assert each["userErrors"][0]["message"].endswith("erased.")
    events = [
        EVENT,
        {**EVENT, "customer": {"email": "ana@example.com"}},
        {**EVENT, "customer": {"databaseId": ana}},
        {**EVENT, "customer": {"databaseId": ana + 1}},
        {**EVENT, "customer": {"externalId": "ana-88"}},
    ]
    results = await send(
        client, "eventsTrack", events=[{**each, "messageId": f"m{n}"} for n, each in enumerate(events)]
    )
    assert [each["userErrors"][0]["code"] for each in results] == ["ERASED"] * 5
    sent = {"tenant_id": 56, "customer_id": ana, "event_type": "page_view"}
    assert "erased" in (await client.post("/api/v2/cdp/events", json=sent)).text
    purchase = {"type": "purchase", "properties": {"order_id": "ANA-ORDER-1", "amount": 120}}
    await send(client, "eventsTrack", events=[purchase])
    (refused,) = await send(client, "ordersUpsert", orders=[ORDER], createMissingCustomers=True)
    assert refused["userErrors"][0]["code"] == "ERASED"
    news = [
        {**ORDER, "externalId": "new-1"},
        {**ORDER, "externalId": "new-2", "customer": {"databaseId": ana}},
    ]
    results = await send(client, "ordersUpsert", orders=news, createMissingCustomers=True)
    assert [each["status"] for each in results] == ["CREATED", "CREATED"]
    nobody(urls, ["new-1", "new-2"])


async def test_a_file_brings_nobody_back_and_its_rejects_tell_no_names(client, ana, urls, tmp_path):
    await erase(client, databaseId=ana)
    files = {
        import_customers: "customer_id,email\nana-77,a@example.com\nx-1,ANA@example.com\n"
        "eva,eva@example.com\n",
        import_orders: "order_id,customer_id,placed_at,amount\nANA-ORDER-1,ana-77,2025-12-01,120\n"
        "new-1,ana-77,2025-12-05,10\n",
        import_events: "event_type,occurred_at,message_id,customer_id\npage_view,2025-12-02,m1,ana-77\n"
        "page_view,2025-12-02,m2,\n",
    }
    with connect_for_work(urls.app) as work:
        reports = []
        for load, content in files.items():
            file = tmp_path / f"{load.__name__}.csv"
            file.write_text(content)
            reports.append(load(work, file, ImportOptions(56, max_rejects=100)))
    assert [each.rejected for each in reports] == [2, 1, 1]
    assert [each.inserted for each in reports] == [1, 1, 1]
    for each in reports:
        assert each.rejects is not None
        text = each.rejects.read_text()
        assert "erased" in text
        assert "ana" not in text.lower().replace("analysis", "")
    nobody(urls, ["new-1"])


async def test_an_email_that_others_have_too_stays_theirs(client, ana, make):
    make.customer(56, "husband", email="ana@example.com")
    await erase(client, databaseId=ana)
    (kept,) = await send(
        client, "customersUpsert", customers=[{"externalId": "husband", "email": "ana@example.com"}]
    )
    assert kept["status"] == "UNCHANGED"
    (gone,) = await send(client, "customersUpsert", customers=[{"externalId": "ana-77"}])
    assert gone["status"] == "REJECTED"


async def test_another_tenants_customer_of_the_same_name_is_theirs(client, ana, make, urls):
    make.tenant(57)
    other = make.customer(57, "ana-77", email="ana@example.com")
    await erase(client, databaseId=ana)
    assert (await client.get(f"/api/v2/cdp/customers/{other}/export?tenant_id=57")).status_code == 200
    assert (await client.get(f"/api/v2/cdp/customers/{other}/export?tenant_id=56")).status_code == 404
    (untouched,) = make.owner.execute("SELECT email FROM customer WHERE tenant_id = 57").fetchall()
    assert untouched == ("ana@example.com",)


async def test_an_event_that_was_under_way_goes_within_the_hour(client, ana, make, urls):
    await erase(client, databaseId=ana)
    make.owner.execute(
        "INSERT INTO event (tenant_id, occurred_at, message_id, customer_id, event_type) "
        "VALUES (56, '2025-12-02', 'late', %s, 'page_view')",
        [ana],
    )
    assert remove_late(urls.app) == 1
    assert remove_late(urls.app) == 0


async def test_of_answers_to_lists_each_person_is_told_their_own_and_others_keep_theirs(client, ana, urls):
    bob = {"externalId": "bob-1", "email": "bob@example.com"}
    first = await send(client, "customersUpsert", customers=[bob, ANA], idempotencyKey="both")
    events = [{**EVENT, "messageId": "m-bob", "customer": {"externalId": "bob-1"}}, EVENT]
    told = await send(client, "eventsTrack", events=events, idempotencyKey="seen")
    for name, others in (("ana-77", "bob-1"), ("bob-1", "ana-77")):
        given = {"tenantId": TENANT, "customer": {"externalId": name}}
        answer = await client.post("/graphql", json={"query": EXPORT, "variables": {"input": given}})
        document = answer.json()["data"]["customerExport"]["document"]
        found = {each["key"]: each["results"] for each in document["idempotency_keys"]}
        assert [len(found[key]) for key in ("both", "seen")] == [1, 1]
        assert name in str(found["both"])
        assert others not in str(document["idempotency_keys"])
    await erase(client, externalId="ana-77")
    again = await send(client, "customersUpsert", customers=[bob, ANA], idempotencyKey="both")
    assert (again[0], again[0]["status"]) == (first[0], "CREATED")
    assert again[1]["status"] == "REJECTED"
    assert [each["code"] for each in again[1]["userErrors"]] == ["ERASED"]
    later = await send(client, "eventsTrack", events=events, idempotencyKey="seen")
    assert later[0] == told[0]
    assert [each["code"] for each in later[1]["userErrors"]] == ["ERASED"]
    assert [mark for mark in MARKS if mark.lower() in held(urls).lower()] == []
