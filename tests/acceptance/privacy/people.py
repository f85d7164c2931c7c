"""What the tests of privacy share."""

import psycopg

from kit import ids
from models import METADATA

TENANT = ids.encode("Tenant", 56)
MARKS = (
    "ana-77",
    "ana@example.com",
    "Anabel",
    "Quiroga",
    "555-0199",
    "violet",
    "ANA-ORDER-1",
    "ANA-REFUND-1",
    "ana-msg",
    "ana-profile",
    "ana's form",
    "ana-88",
    "old@example.com",
    "she married",
)
"""What of the person must be nowhere once they are erased."""
ANA = {
    "externalId": "ana-77",
    "email": "Ana@Example.com",
    "firstName": "Anabel",
    "lastName": "Quiroga",
    "phone": "+54 555-0199",
    "attributes": {"eyes": "violet"},
    "consents": [{"channel": "EMAIL", "isGranted": True, "source": "ana's form"}],
}
ORDER = {
    "externalId": "ANA-ORDER-1",
    "placedAt": "2025-12-01T00:00:00Z",
    "amount": "120.00",
    "customer": {"externalId": "ana-77"},
}
EVENT = {
    "type": "page_view",
    "customer": {"externalId": "ana-77"},
    "occurredAt": "2025-12-02T00:00:00Z",
    "messageId": "ana-msg",
}
ERASE = """
mutation ($input: CustomerEraseInput!) {
  customerErase(input: $input) { customerId erasedAt wasErased userErrors { code field message } }
}
"""
EXPORT = """
mutation ($input: CustomerExportInput!) {
  customerExport(input: $input) { document userErrors { code field } }
}
"""
UPSERT = """
mutation ($input: %s!) {
  %s(input: $input) { results { status userErrors { code field message } } userErrors { code message } }
}
"""


async def send(client, name, **given):
    kind = f"{name[0].upper()}{name[1:]}Input"
    query = UPSERT % (kind, name)
    answer = await client.post(
        "/graphql", json={"query": query, "variables": {"input": {"tenantId": TENANT, **given}}}
    )
    content = answer.json()
    assert "errors" not in content, content
    assert content["data"][name]["userErrors"] == []
    return content["data"][name]["results"]


async def erase(client, **customer):
    given = {"tenantId": TENANT, "customer": customer}
    answer = await client.post("/graphql", json={"query": ERASE, "variables": {"input": given}})
    content = answer.json()
    assert "errors" not in content, content
    return content["data"]["customerErase"]


def held(urls):
    """All text of all tables."""
    with psycopg.connect(urls.owner) as owner:
        rows = [
            row
            for name in METADATA.tables
            for row in owner.execute(f"SELECT row_to_json(t)::text FROM {name} t")
        ]
    return "\n".join(text for (text,) in rows)


def nobody(urls, orders):
    """That nobody is there by Ana's names, and that these orders are guests'."""
    with psycopg.connect(urls.owner) as owner:
        found = owner.execute(
            "SELECT count(*) FROM customer WHERE external_id = 'ana-77' OR email_norm = 'ana@example.com'"
        ).fetchone()
        again = owner.execute(
            "SELECT count(*) FROM customer_order WHERE external_id = 'ANA-ORDER-1'"
        ).fetchone()
        guests = owner.execute(
            "SELECT external_id FROM customer_order WHERE customer_id IS NULL ORDER BY external_id"
        ).fetchall()
        events = owner.execute("SELECT count(*) FROM event WHERE customer_id IS NOT NULL").fetchone()
    assert (found, again, events) == ((0,), (0,), (0,))
    assert [name for (name,) in guests] == orders
