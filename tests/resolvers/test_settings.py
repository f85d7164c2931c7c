"""What a tenant may choose: its defaults, what is refused and how, and when scores become stale."""

import asyncio
from fractions import Fraction
from typing import Any

import numpy as np
import psycopg
import pytest
from psycopg.types.json import Jsonb

from kit.errors import ForbiddenError, InvalidInputError, NotFoundError
from resolvers.context import READ, Actor
from resolvers.processing.chosen import for_analyses
from resolvers.processing.process import process
from resolvers.processing.record import read_run
from resolvers.processing.request import Request
from resolvers.settings import SETTINGS, named, of_stored, read_settings, update_settings
from resolvers.settings.segment_map import BUILT_IN, map_version
from scoring.segments import CELLS

LATEST = Request.of(None, "latest")
SWAPPED = BUILT_IN | {"Champions": BUILT_IN["Lost"], "Lost": BUILT_IN["Champions"]}


@pytest.fixture
def stored(make):
    """What stands in the tenant's row: its settings and its data version."""
    make.tenant()
    return lambda: make.owner.execute("SELECT settings, data_version FROM tenant WHERE id = 56").fetchone()


async def test_without_a_choice_everything_is_the_default(stored, ctx):
    found = await read_settings(ctx, 56)
    assert [(each.setting.key, each.value) for each in found] == [
        ("clv.months", 12),
        ("clv.annual_rate", 0.1),
        ("tiers.high", 0.2),
        ("tiers.medium", 0.3),
        ("churn.horizon_days", None),
        ("segment_map", None),
        ("staleness_hours", 24),
        ("revenue_statuses", None),
    ]
    assert all(each.value == each.default and not each.own for each in found)


async def test_the_installation_says_how_long_scores_are_fresh_until_the_tenant_does(stored, ctx):
    ctx.stale_after_hours = 6
    assert (await read_settings(ctx, 56)).staleness_hours == 6
    found = await update_settings(ctx, 56, {"staleness_hours": 24})
    (last,) = [each for each in found if each.own]
    assert (last.value, last.default) == (24, 6)
    assert found.defaults.staleness_hours == 6


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("clv.months", 1),
        ("clv.months", 120),
        ("clv.annual_rate", 0.0),
        ("clv.annual_rate", 10.0),
        ("tiers.high", 0.69),
        ("tiers.medium", 1e-6),
        ("churn.horizon_days", 1),
        ("churn.horizon_days", 3650),
        ("segment_map", SWAPPED),
        ("staleness_hours", 1),
        ("staleness_hours", 8760),
    ],
)
async def test_a_choice_stands_until_it_is_reset(stored, ctx, key, value):
    found = await update_settings(ctx, 56, {key: value})
    assert found.own == {key}
    assert found == await read_settings(ctx, 56)
    assert {each.setting.key: each.value for each in found}[key] == value
    assert for_analyses(found)
    assert (await update_settings(ctx, 56, {key: None})) == found.defaults
    assert stored()[0] == {"scoring": {}}


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("clv.months", 0, "clv.months is 0; accepted are whole numbers from 1 to 120."),
        ("clv.months", 121, "clv.months is 121;"),
        ("clv.months", 1.5, "clv.months is 1.5;"),
        ("clv.months", True, "clv.months is True;"),
        ("clv.months", "12", "clv.months is '12';"),
        ("clv.annual_rate", -0.1, "clv.annual_rate is -0.1; accepted are numbers from 0 to 10."),
        ("clv.annual_rate", 10.1, "clv.annual_rate is 10.1;"),
        ("clv.annual_rate", float("nan"), "clv.annual_rate is nan;"),
        ("clv.annual_rate", False, "clv.annual_rate is False;"),
        ("tiers.high", 0.0, "tiers.high is 0.0; accepted are shares above 0"),
        ("tiers.medium", 1.0, "tiers.medium is 1.0;"),
        ("tiers.high", 0.7, "tiers.high is 0.7 and tiers.medium 0.3;"),
        ("tiers.medium", 0.8, "tiers.medium does not fit: tiers.high is 0.2 and tiers.medium 0.8;"),
        ("churn.horizon_days", 0, "churn.horizon_days is 0; accepted are whole numbers from 1 to 3650."),
        ("churn.horizon_days", 3651, "churn.horizon_days is 3651;"),
        ("staleness_hours", 8761, "staleness_hours is 8761; accepted are whole numbers from 1 to 8760."),
        ("segment_map", "all", "segment_map is 'all' (each segment must have a list of cells"),
        ("segment_map", {"Champions": "555"}, "each segment must have a list of cells"),
        ("segment_map", {"Champions": [555]}, "each segment must have a list of cells"),
        ("segment_map", BUILT_IN | {"Lost": []}, "cells without a segment 111, 112, 121"),
        ("segment_map", BUILT_IN | {"Lost": [*BUILT_IN["Lost"], "555"]}, "cells given twice 555"),
        ("segment_map", BUILT_IN | {"Best": []}, "unknown segments Best"),
        ("segment_map", BUILT_IN | {"Lost": [*BUILT_IN["Lost"], "556"]}, "unknown cells 556"),
    ],
)
async def test_a_wrong_value_is_refused_by_name_and_changes_nothing(stored, ctx, key, value, told):
    with pytest.raises(InvalidInputError) as error:
        await update_settings(ctx, 56, {"clv.months": 6, key: value})
    assert error.value.field == key
    assert told in error.value.message
    assert stored() == ({}, 0)


async def test_what_is_no_setting_is_refused_with_those_there_are(stored, ctx):
    with pytest.raises(
        InvalidInputError, match=r"'clv.month' is not a setting; accepted are clv.months, clv"
    ):
        await update_settings(ctx, 56, {"clv.month": None})


async def test_a_reset_that_leaves_no_tier_low_is_refused(stored, ctx):
    await update_settings(ctx, 56, {"tiers.high": 0.05, "tiers.medium": 0.9})
    with pytest.raises(
        InvalidInputError, match=r"tiers.high does not fit: tiers.high is 0.2 and tiers.medium"
    ):
        await update_settings(ctx, 56, {"tiers.high": None})
    assert (await read_settings(ctx, 56)).tiers_high == 0.05


@pytest.mark.parametrize(
    ("changes", "versions"),
    [
        ({"clv.months": 24}, 1),
        ({"clv.months": 24, "tiers.high": 0.1}, 1),
        ({"segment_map": SWAPPED}, 1),
        ({"clv.months": 12}, 0),
        ({"clv.months": None}, 0),
        ({"staleness_hours": 2}, 0),
        ({}, 0),
    ],
)
async def test_only_what_changes_scores_makes_them_stale(stored, ctx, changes, versions):
    await update_settings(ctx, 56, changes)
    await update_settings(ctx, 56, changes)
    assert stored()[1] == versions


async def test_other_things_in_the_tenants_settings_stay(stored, ctx, make):
    make.owner.execute("""UPDATE tenant SET settings = '{"theme": "dark"}'""")
    await update_settings(ctx, 56, {"clv.months": 24})
    assert stored()[0] == {"theme": "dark", "scoring": {"clv.months": 24}}


async def test_two_changes_at_once_both_stand(stored, context):
    async with context() as one, context() as other:
        await asyncio.gather(
            update_settings(one, 56, {"clv.months": 24}), update_settings(other, 56, {"tiers.high": 0.1})
        )
    assert stored() == ({"scoring": {"clv.months": 24, "tiers.high": 0.1}}, 2)


async def test_a_reader_may_look_and_not_change(stored, context):
    async with context(Actor("reader", frozenset({56}), frozenset({READ}))) as ctx:
        assert (await read_settings(ctx, 56)).clv_months == 12
        with pytest.raises(ForbiddenError, match="needs the scope write"):
            await update_settings(ctx, 56, {"clv.months": 24})
    assert stored() == ({}, 0)


async def test_an_unknown_tenant_is_not_found(urls, ctx):
    with pytest.raises(NotFoundError, match="Tenant with ID 999 not found"):
        await read_settings(ctx, 999)
    with pytest.raises(NotFoundError, match="Tenant with ID 999 not found"):
        await update_settings(ctx, 999, {"clv.months": 24})


def test_equal_maps_have_equal_versions_and_no_own_map_the_built_ins():
    turned = {name: cells[::-1] for name, cells in reversed(SWAPPED.items())}
    (check,) = [each.checked for each in SETTINGS if each.key == "segment_map"]
    assert map_version(check(turned)) == map_version(SWAPPED) != map_version(BUILT_IN)
    assert map_version(None) < 1_000_000_000 <= map_version(SWAPPED) < 2_000_000_000


def test_the_analyses_get_every_choice():
    chosen = {
        "clv.months": 6,
        "clv.annual_rate": 0.5,
        "tiers.high": 0.1,
        "tiers.medium": 0.2,
        "churn.horizon_days": 7,
        "segment_map": BUILT_IN,
    }
    found = for_analyses(of_stored({"scoring": chosen}, 24))
    assert (found.months, found.annual_rate, found.churn_horizon_days) == (6, 0.5, 7)
    assert (found.high_share, found.medium_share) == (0.1, 0.2)
    assert found.segment_map_version == map_version(BUILT_IN)
    assert found.segment_cells is not None
    assert np.array_equal(found.segment_cells[1:, 1:, 1:], CELLS[1:, 1:, 1:])


async def test_a_run_scores_by_the_tenants_choice_and_writes_it_down(urls, make, ctx):
    make.history(make.tenant(), 400)
    before = process(urls.app, 56, LATEST).run_id
    plain = segments(urls)
    changes = {
        "clv.months": 3,
        "tiers.high": 0.05,
        "tiers.medium": 0.1,
        "churn.horizon_days": 20,
        "segment_map": SWAPPED,
    }
    await update_settings(ctx, 56, changes)
    after = process(urls.app, 56, LATEST)
    assert not after.fresh
    old, new = run(urls, before), run(urls, after.run_id)
    assert (new.clv["months"], new.churn["horizon_days"]) == (3, 20)
    assert new.rfm["map_version"] == map_version(SWAPPED)
    overview = new.clv["overview"]
    shares = [Fraction(overview[name], overview["total_customers"]) for name in ("high", "medium")]
    assert shares == [pytest.approx(0.05, abs=0.01), pytest.approx(0.1, abs=0.01)]
    assert float(overview["total_expected_value"]) < 0.5 * float(old.clv["overview"]["total_expected_value"])
    turn = {"Champions": "Lost", "Lost": "Champions"}
    assert segments(urls) == {number: turn.get(name, name) for number, name in plain.items()}
    assert new.report["settings"] == {
        "clv.months": 3,
        "clv.annual_rate": 0.1,
        "tiers.high": 0.05,
        "tiers.medium": 0.1,
        "churn.horizon_days": 20,
        "segment_map": map_version(SWAPPED),
    }


def run(urls, number) -> Any:
    """The run, whose figures are there."""
    return read_run(urls.app, 56, number)


def segments(urls):
    """The standing segments by customer."""
    with psycopg.connect(urls.owner) as owner:
        return dict(
            owner.execute(
                "SELECT customer_id, segment FROM customer_score JOIN score_current USING (tenant_id, run_id)"
            ).fetchall()
        )


def choose(make, **values):
    """Set settings past the use case, as another process would meanwhile; a name's __ is its dot."""
    chosen = {name.replace("__", "."): value for name, value in values.items()}
    make.owner.execute(
        "UPDATE tenant SET settings = %s, data_version = data_version + 1", [Jsonb({"scoring": chosen})]
    )


def test_a_choice_made_while_a_run_goes_on_makes_its_scores_stale(urls, make):
    make.history(make.tenant(), 50)

    def change(step, share):
        if step == "analysing":
            choose(make, clv__months=3)

    first = process(urls.app, 56, LATEST, notify=change)
    assert run(urls, first.run_id).clv["months"] == 12
    again = process(urls.app, 56, LATEST)
    assert not again.fresh
    assert run(urls, again.run_id).clv["months"] == 3


@pytest.mark.parametrize(("hours", "fresh"), [(24, False), (72, True)])
def test_scores_as_of_now_age_by_the_tenants_hours(urls, make, hours, fresh):
    make.history(make.tenant(), 50)
    choose(make, staleness_hours=hours)
    process(urls.app, 56, Request.of(None))
    make.owner.execute("UPDATE score_run SET finished_at = finished_at - interval '36 hours'")
    assert process(urls.app, 56, Request.of(None), stale_after_hours=48).fresh is fresh


async def test_a_table_of_revenue_is_kept_and_goes_back(stored, ctx):
    given = named("revenue_statuses").parsed("payment-pending:yes, invoice:no")
    found = await update_settings(ctx, 56, {"revenue_statuses": given})
    assert found.revenue_statuses == {"invoice": False, "payment-pending": True}
    assert (await update_settings(ctx, 56, {"revenue_statuses": None})).revenue_statuses is None


@pytest.mark.parametrize(
    "wrong",
    ["", "invoice", "invoice:maybe", "Invoice:yes", ":yes", "a:yes,a:no", {}, [], {"a": 1}, {"a" * 61: True}],
)
def test_a_table_of_revenue_that_is_none_is_refused(wrong):
    setting = named("revenue_statuses")
    with pytest.raises(InvalidInputError, match="accepted are maps") as raised:
        setting.parsed(wrong) if isinstance(wrong, str) else setting.checked(wrong)
    assert raised.value.field == "revenue_statuses"
