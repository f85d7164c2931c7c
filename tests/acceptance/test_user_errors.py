"""What mutations refuse: by the way to the wrong value, and in the graph's own names and ids."""

import pytest

from kit import ids

ERRORS = "userErrors { code field message }"
NOWHERE, GONE = ids.encode("Tenant", 999), ids.encode("Segment", 56, 999)


@pytest.fixture
def refuse(ask):
    """Sends a mutation that is refused; its one user error as (code, field, message)."""

    async def send(name, kind, given):
        query = f"mutation M($input: {kind}!) {{ {name}(input: $input) {{ {ERRORS} }} }}"
        (error,) = (await ask(query, input=given))[name]["userErrors"]
        return error["code"], error["field"], error["message"]

    return send


OF_TENANT: list[tuple[str, str, dict[str, object]]] = [
    ("customersUpsert", "CustomersUpsertInput", {"customers": [{"externalId": "a"}]}),
    ("ordersUpsert", "OrdersUpsertInput", {"orders": []}),
    ("refundsUpsert", "RefundsUpsertInput", {"refunds": []}),
    ("eventsTrack", "EventsTrackInput", {"events": [{"type": "seen"}]}),
    ("eventTrack", "EventTrackInput", {"event": {"type": "seen"}}),
    ("processStart", "ProcessInput", {}),
    ("backtestRequest", "BacktestRequestInput", {}),
    ("scoringSettingsUpdate", "ScoringSettingsUpdateInput", {}),
    ("segmentCreate", "SegmentCreateInput", {"name": "a", "type": "STATIC"}),
    (
        "integrationCreate",
        "IntegrationCreateInput",
        {"type": "VTEX", "accountName": "a", "appKey": "x" * 10, "appToken": "x" * 10},
    ),
]


@pytest.mark.parametrize(("name", "kind", "given"), OF_TENANT)
async def test_an_unknown_tenant_is_named_by_the_id_that_was_given(make, refuse, name, kind, given):
    told = f"There is no Tenant with the id '{NOWHERE}'."
    assert await refuse(name, kind, {"tenantId": NOWHERE, **given}) == (
        "NOT_FOUND",
        ["input", "tenantId"],
        told,
    )


OF_OBJECT = [
    ("tenantUpdate", "TenantUpdateInput", NOWHERE, {}),
    ("segmentUpdate", "SegmentUpdateInput", GONE, {}),
    ("segmentDelete", "SegmentReferenceInput", GONE, {}),
    ("segmentRefresh", "SegmentReferenceInput", ids.encode("Segment", 999, 1), {}),
    ("segmentMembersAdd", "SegmentMembersInput", GONE, {"customerIds": [ids.encode("Customer", 56, 1)]}),
    ("integrationUpdate", "IntegrationUpdateInput", ids.encode("Integration", 56, 9), {}),
    ("integrationDelete", "IntegrationDeleteInput", ids.encode("Integration", 56, 9), {}),
]


@pytest.mark.parametrize(("name", "kind", "id", "given"), OF_OBJECT)
async def test_an_unknown_object_is_named_by_the_id_that_was_given(make, refuse, name, kind, id, given):  # noqa: A002
    make.tenant()
    told = f"There is no {ids.decode(id)[0]} with the id '{id}'."
    assert await refuse(name, kind, {"id": id, **given}) == ("NOT_FOUND", ["input", "id"], told)


async def test_no_analysis_is_refused_in_the_names_of_the_enum(make, refuse):
    given = {"tenantId": ids.encode("Tenant", 56), "analyses": []}
    told = "No analysis is named; accepted are RFM, CLV and CHURN."
    assert await refuse("processStart", "ProcessInput", given) == (
        "BAD_USER_INPUT",
        ["input", "analyses"],
        told,
    )


async def test_messages_spell_names_as_the_graph_does(make, refuse, fail):
    make.tenant()
    tenant = ids.encode("Tenant", 56)
    assert await refuse(
        "backtestRequest", "BacktestRequestInput", {"tenantId": tenant, "holdoutDays": 0}
    ) == ("BAD_USER_INPUT", ["input", "holdoutDays"], "holdoutDays is 0; accepted are 1 to 3650 days.")
    given = {"tenantId": tenant, "churn": {"horizonDays": 0}}
    _, field, told = await refuse("scoringSettingsUpdate", "ScoringSettingsUpdateInput", given)
    assert field == ["input", "churn", "horizonDays"]
    assert told == "churn.horizonDays is 0; accepted are whole numbers from 1 to 3650."
    error = await fail("{ tenant(databaseId: 56) { backtest(holdoutDays: 0) { id } } }")
    assert error["extensions"]["field"] == "holdoutDays"


async def test_conflicts_name_what_is_in_the_way(make, refuse):
    make.tenant()
    make.tenant(57)
    make.order(56, None, "2025-01-01", 1)
    given = {"id": ids.encode("Tenant", 56)}
    for change, field in (({"slug": "shop-57"}, "slug"), ({"currencyCode": "USD"}, "currencyCode")):
        code, path, _ = await refuse("tenantUpdate", "TenantUpdateInput", {**given, **change})
        assert (code, path) == ("CONFLICT", ["input", field])
