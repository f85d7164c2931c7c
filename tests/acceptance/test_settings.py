"""A tenant's settings over HTTP: shown, changed whole or not at all, refused by name."""

import pytest

from kit import ids
from resolvers.processing.process import process
from resolvers.processing.request import Request
from resolvers.settings.segment_map import BUILT_IN

SHOWN = """
clv { months annualRate } tiers { high medium } churn { horizonDays } segmentMap { segment cells }
segmentMapVersion stalenessHours own
"""
READ = f"{{ tenant(databaseId: 56) {{ scoringSettings {{ {SHOWN} defaults {{ {SHOWN} }} }} }} }}"
UPDATE = f"""
mutation Change($input: ScoringSettingsUpdateInput!) {{ scoringSettingsUpdate(input: $input) {{
  scoringSettings {{ {SHOWN} defaults {{ own }} }} userErrors {{ code field message }}
}} }}
"""
BARE = {
    "clv": {"months": 12, "annualRate": 0.1},
    "tiers": {"high": 0.2, "medium": 0.3},
    "churn": {"horizonDays": None},
    "segmentMap": [{"segment": n.upper().replace(" ", "_"), "cells": c} for n, c in BUILT_IN.items()],
    "segmentMapVersion": 1,
    "stalenessHours": 24,
    "own": [],
}


@pytest.fixture
def update(ask):
    """Ask for a change; returns the settings and the errors."""

    async def send(tenant=56, **changes):
        given = {"tenantId": ids.encode("Tenant", tenant), **changes}
        found = (await ask(UPDATE, input=given))["scoringSettingsUpdate"]
        return found["scoringSettings"], found["userErrors"]

    return send


async def test_the_defaults_are_shown(make, ask):
    make.tenant()
    found = (await ask(READ))["tenant"]["scoringSettings"]
    assert found == BARE | {"defaults": BARE}


async def test_what_is_named_changes_and_null_goes_back(make, ask, update):
    make.tenant()
    own = [{"segment": "CHAMPIONS", "cells": [c for cells in BUILT_IN.values() for c in cells]}]
    found, errors = await update(
        clv={"months": 24, "annualRate": 0}, churn={"horizonDays": 7}, segmentMap=own, stalenessHours=2
    )
    assert errors == []
    assert found["clv"] == {"months": 24, "annualRate": 0.0}
    assert (found["churn"]["horizonDays"], found["stalenessHours"]) == (7, 2)
    assert {each["segment"]: len(each["cells"]) for each in found["segmentMap"]}["CHAMPIONS"] == 125
    assert found["segmentMapVersion"] > 1
    assert found["own"] == [
        "clv.months",
        "clv.annualRate",
        "churn.horizonDays",
        "segmentMap",
        "stalenessHours",
    ]
    assert found["defaults"]["own"] == []
    found, _ = await update(clv={"annualRate": None}, churn=None, segmentMap=None)
    assert found["own"] == ["clv.months", "stalenessHours"]
    assert found["segmentMap"] == BARE["segmentMap"]
    read = (await ask(READ))["tenant"]["scoringSettings"]
    assert {name: read[name] for name in BARE} == {name: found[name] for name in BARE}
    assert read["defaults"] == BARE


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"clv": {"months": 0}}, ["input", "clv", "months"], "clv.months is 0; accepted are whole numbers"),
        (
            {"clv": {"annualRate": 11}},
            ["input", "clv", "annualRate"],
            "clv.annualRate is 11.0; accepted are numbers from 0 to 10",
        ),
        ({"tiers": {"high": 0.7}}, ["input", "tiers", "high"], "tiers.high is 0.7 and tiers.medium 0.3"),
        ({"churn": {"horizonDays": 4000}}, ["input", "churn", "horizonDays"], "from 1 to 3650"),
        ({"stalenessHours": 0}, ["input", "stalenessHours"], "from 1 to 8760"),
        ({"segmentMap": []}, ["input", "segmentMap"], "cells without a segment 111, 112"),
        (
            {"segmentMap": [{"segment": "LOST", "cells": ["111", "111", "999"]}]},
            ["input", "segmentMap"],
            "unknown cells 999; cells given twice 111; cells without a segment 112",
        ),
    ],
)
async def test_a_wrong_one_is_refused_by_name_and_nothing_changes(make, ask, update, changes, field, told):
    make.tenant()
    found, (error,) = await update(**({"stalenessHours": 5} | changes))
    assert found is None
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", field)
    assert told in error["message"]
    assert (await ask(READ))["tenant"]["scoringSettings"]["own"] == []


async def test_an_unknown_tenant_is_a_user_error(make, ask, update):
    make.tenant()
    found, (error,) = await update(tenant=999, clv={"months": 24})
    assert found is None
    told = f"There is no Tenant with the id '{ids.encode('Tenant', 999)}'."
    assert error == {"code": "NOT_FOUND", "field": ["input", "tenantId"], "message": told}
    given = {"tenantId": ids.encode("Customer", 56, 1)}
    (error,) = (await ask(UPDATE, input=given))["scoringSettingsUpdate"]["userErrors"]
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", ["input", "tenantId"])


async def test_scores_are_stale_after_a_change_that_concerns_them(scored, ask, update):
    query = "{ tenant(databaseId: 56) { processing { isStale } analytics { clv { isStale } } } }"

    async def stale():
        found = (await ask(query))["tenant"]
        return {found["processing"]["isStale"], found["analytics"]["clv"]["isStale"]}

    assert await stale() == {False}
    await update(stalenessHours=48)
    assert await stale() == {False}
    await update(tiers={"high": 0.1})
    assert await stale() == {True}


@pytest.mark.parametrize(("hours", "stale"), [(12, True), (40, False)])
async def test_scores_as_of_now_are_stale_after_the_tenants_hours(
    urls, make, ask, client, update, hours, stale
):
    make.history(make.tenant(), 50)
    process(urls.app, 56, Request.of(None))
    make.owner.execute("UPDATE score_run SET finished_at = finished_at - interval '30 hours'")
    await update(stalenessHours=hours)
    processing = (await ask("{ tenant(databaseId: 56) { processing { isStale } } }"))["tenant"]["processing"]
    assert processing["isStale"] is stale
    rest = (await client.get("/api/v2/cdp/process/status/56")).json()
    assert rest["is_stale"] is stale


async def test_a_change_is_refused_over_get(make, client):
    make.tenant()
    query = 'mutation { scoringSettingsUpdate(input: {tenantId: "x"}) { userErrors { code } } }'
    answer = await client.get("/graphql", params={"query": query})
    assert answer.status_code in (400, 405)
