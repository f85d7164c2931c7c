"""What the tests of audit share."""

from typing import Any

import psycopg
from psycopg.rows import dict_row

from kit import ids
from schema import create_schema

ROOT: Any = create_schema()._schema.mutation_type
TENANT = ids.encode("Tenant", 56)
SEGMENT = "the dynamic segment"
STATIC = "the static segment"
INTEGRATION = ids.encode("Integration", 56, 1)
CUSTOMER = ids.encode("Customer", 56, 1)
ACCOUNT = {"type": "VTEX", "accountName": "shop", "appKey": "key-123456789", "appToken": "token-123456789"}
# In this order each has something to do.
MUTATIONS = {
    "tenantCreate": {"name": "New", "currencyCode": "EUR", "timeZone": "Europe/Madrid"},
    "tenantUpdate": {"id": TENANT, "name": "Renamed"},
    "tenantsUpsert": {
        "tenants": [{"slug": "more", "name": "N", "currencyCode": "EUR", "timeZone": "Europe/Madrid"}]
    },
    "customersUpsert": {"tenantId": TENANT, "customers": [{"externalId": f"c{n}"} for n in range(1, 4)]},
    "customerExport": {"tenantId": TENANT, "customer": {"externalId": "c3"}},
    "customerErase": {"tenantId": TENANT, "customer": {"externalId": "c3"}},
    "customerMerge": {"tenantId": TENANT, "from": {"externalId": "c2"}, "into": {"externalId": "c1"}},
    "customerUnmerge": {"id": ids.encode("CustomerMerge", 56, 1)},
    "ordersUpsert": {
        "tenantId": TENANT,
        "orders": [{"externalId": "o1", "placedAt": "2026-01-01T00:00:00Z", "amount": "10.00"}],
    },
    "refundsUpsert": {
        "tenantId": TENANT,
        "refunds": [{"externalId": "r1", "refundedAt": "2026-01-02T00:00:00Z", "amount": "1.00"}],
    },
    "eventTypeUpsert": {"tenantId": TENANT, "name": "seen"},
    "eventTypeDelete": {"tenantId": TENANT, "name": "seen"},
    "eventRetentionUpdate": {"tenantId": TENANT, "days": 30},
    "processStart": {"tenantId": TENANT},
    "backtestRequest": {"tenantId": TENANT},
    "integrationCreate": {"tenantId": TENANT, **ACCOUNT},
    "integrationUpdate": {"id": INTEGRATION, "appToken": "token-987654321"},
    "integrationSync": {"id": INTEGRATION, "full": True},
    "integrationHookCreate": {"id": INTEGRATION, "url": "https://cdp.example.com"},
    "integrationHookDelete": {"id": INTEGRATION},
    "integrationDelete": {"id": INTEGRATION},
    "segmentCreate": {
        "tenantId": TENANT,
        "name": "s",
        "type": "DYNAMIC",
        "criteria": {"frequency": {"gte": 1}},
    },
    "segmentUpdate": {"id": SEGMENT, "name": "t"},
    "segmentRefresh": {"id": SEGMENT},
    "segmentDelete": {"id": SEGMENT},
    "segmentMembersAdd": {"id": STATIC, "customerIds": [CUSTOMER]},
    "segmentMembersRemove": {"id": STATIC, "customerIds": [CUSTOMER]},
    "scoringSettingsUpdate": {"tenantId": TENANT, "stalenessHours": 5},
}
COMMANDS = {
    "keyCreate": ["key", "create", "--tenant", "56"],
    "scoringSettingsUpdate": ["settings", "--tenant", "56", "--set", "staleness_hours=7"],
    "ordersImport": ["import", "orders", "orders.csv", "--tenant", "56"],
    "processStart": ["process", "--tenant", "56"],
    "customerExport": ["customer", "export", "--tenant", "56", "--external-id", "c1"],
    "integrationHookCreate": ["hook", "create", "--integration", "1", "--url", "https://cdp.example.com"],
    "integrationHookDelete": ["hook", "delete", "--integration", "1"],
    "customerErase": ["customer", "erase", "--tenant", "56", "--external-id", "c1", "--yes"],
    "customerMerge": [
        *("customer", "merge", "--tenant", "56", "--from-external-id", "c3"),
        *("--into-external-id", "c2"),
    ],
    "customerUnmerge": ["customer", "unmerge", "--tenant", "56", "--merge", "1"],
    "backtestRequest": ["backtest", "--tenant", "56"],
    "secretsRotate": ["secrets", "rotate"],
}
OLD_KEY = "ODEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


def logged(urls):
    with psycopg.connect(urls.owner, row_factory=dict_row) as owner:
        return owner.execute("SELECT * FROM audit_entry ORDER BY id").fetchall()


async def mutate(client, name, given, headers=None):
    kind = ROOT.fields[name].args["input"].type
    query = f"mutation ($input: {kind}) {{ {name}(input: $input) {{ userErrors {{ code message }} }} }}"
    answer = (
        await client.post("/graphql", json={"query": query, "variables": {"input": given}}, headers=headers)
    ).json()
    assert "errors" not in answer, (name, answer)
    assert answer["data"][name]["userErrors"] == [], name
    return answer
