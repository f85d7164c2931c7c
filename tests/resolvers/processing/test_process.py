"""Scoring a tenant: what counts as a purchase, what a run stores, and what stands when it fails."""

import multiprocessing
import os
import signal
import threading
import time
from collections import Counter
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from kit.errors import ConflictError, InvalidInputError, NotFoundError
from resolvers.processing import process as module
from resolvers.processing.process import process
from resolvers.processing.record import read_run
from resolvers.processing.request import Request

LATEST = Request.of(None, "latest")
FORCED = Request.of(None, "latest", force=True)


def scores(urls, tenant=56):
    """The standing scores by the customer's external id, as dictionaries."""
    with psycopg.connect(urls.owner, row_factory=psycopg.rows.dict_row) as owner:
        found = owner.execute(
            "SELECT external_id, score.* FROM customer_score score "
            "JOIN score_current USING (tenant_id, run_id) "
            "JOIN customer ON customer.tenant_id = score.tenant_id AND customer.id = customer_id "
            "WHERE score.tenant_id = %s",
            [tenant],
        ).fetchall()
    return {row["external_id"]: row for row in found}


def one(urls, query):
    with psycopg.connect(urls.owner) as owner:
        row = owner.execute(query).fetchone()
        assert row is not None
        return row[0]


def stored(urls, tenant, outcome):
    """What the run stored of the data it was made from."""
    report = read_run(urls.app, tenant, outcome.run_id).report
    assert report is not None
    return report


def test_purchases_are_local_days_with_a_positive_net(urls, make):
    tenant = make.tenant()
    ana = make.customer(tenant, "ana")
    make.order(tenant, ana, "2024-06-01 22:30Z", 10)
    make.order(tenant, ana, "2024-06-01 23:30Z", 5)
    make.order(tenant, ana, "2024-06-02 12:00Z", 5)
    make.order(tenant, ana, "2024-06-05 12:00Z", 0)
    make.order(tenant, ana, "2024-06-06 12:00Z", 99, status="cancelled")
    make.order(tenant, ana, "2024-06-07 12:00Z", 99, status="pending")
    process(urls.app, tenant, Request.of(None, "2024-06-12"))
    (row,) = scores(urls).values()
    assert (row["frequency"], row["recency_days"], row["monetary"]) == (2, 10, Decimal(20))
    assert (str(row["first_order_on"]), str(row["last_order_on"])) == ("2024-06-01", "2024-06-02")


def test_linked_refunds_net_on_their_orders_day_and_others_reduce_revenue_only(urls, make):
    tenant = make.tenant()
    ana, bob, eve = (make.customer(tenant, name) for name in ("ana", "bob", "eve"))
    order = make.order(tenant, ana, "2024-06-01 12:00Z", 100)
    make.order(tenant, ana, "2024-06-03 12:00Z", 40)
    make.refund(tenant, ana, "2024-06-04 12:00Z", 100, order_id=order)
    make.order(tenant, bob, "2024-06-01 12:00Z", 50)
    make.refund(tenant, bob, "2024-06-02 12:00Z", 20)
    order = make.order(tenant, eve, "2024-06-01 12:00Z", 168469)
    make.refund(tenant, eve, "2024-06-01 12:12Z", 168469, order_id=order)
    outcome = process(urls.app, tenant, Request.of(None, "2024-06-11"))
    found = scores(urls)
    assert set(found) == {"ana", "bob"}
    assert (found["ana"]["frequency"], found["ana"]["monetary"]) == (1, Decimal(40))
    assert (found["bob"]["frequency"], found["bob"]["monetary"]) == (1, Decimal(30))
    data = stored(urls, tenant, outcome)["data"]
    assert (data["linked_refunds"], data["unlinked_refunds"]) == (2, 1)
    assert (data["without_transaction"], Decimal(data["net_revenue"])) == (1, Decimal(70))


def test_only_what_was_known_by_the_instant_counts(urls, make):
    tenant = make.tenant()
    ana = make.customer(tenant, "ana")
    order = make.order(tenant, ana, "2024-06-01 12:00Z", 100)
    make.refund(tenant, ana, "2024-06-20 12:00Z", 100, order_id=order)
    make.order(tenant, ana, "2024-06-30 12:00Z", 7)
    process(urls.app, tenant, Request.of(None, "2024-06-10"))
    assert scores(urls)["ana"]["monetary"] == Decimal(100)
    process(urls.app, tenant, Request.of(None, "2024-07-10"))
    assert scores(urls)["ana"]["monetary"] == Decimal(7)
    process(urls.app, tenant, Request.of(None, "2024-06-10"))
    assert scores(urls)["ana"]["monetary"] == Decimal(100)


def test_other_currencies_are_converted_at_the_orders_days_rate_or_left_out_and_counted(urls, make):
    tenant = make.tenant()
    ana = make.customer(tenant, "ana")
    make.rate(tenant, "EUR", "2024-06-02", "0.8")
    make.rate(tenant, "EUR", "2024-06-05", "0.9")
    make.order(tenant, ana, "2024-06-01 12:00Z", 1000, currency="EUR")
    make.order(tenant, ana, "2024-06-03 12:00Z", 10, currency="EUR")
    make.order(tenant, ana, "2024-06-05 12:00Z", 10, currency="EUR")
    make.order(tenant, ana, "2024-06-06 12:00Z", 1000, currency="USD")
    outcome = process(urls.app, tenant, Request.of(None, "2024-06-11"))
    row = scores(urls)["ana"]
    assert (row["frequency"], row["monetary"]) == (2, Decimal(17))
    assert stored(urls, tenant, outcome)["data"]["without_rate"] == {"EUR": 1, "USD": 1}


def test_guests_count_as_revenue_and_have_no_scores(urls, make):
    tenant = make.tenant()
    make.order(tenant, make.customer(tenant, "ana"), "2024-06-01 12:00Z", 10)
    make.order(tenant, None, "2024-06-02 12:00Z", 90)
    outcome = process(urls.app, tenant, Request.of(None, "2024-06-11"))
    data = stored(urls, tenant, outcome)["data"]
    assert set(scores(urls)) == {"ana"}
    revenue = [Decimal(data[name]) for name in ("guest_revenue", "net_revenue")]
    assert revenue == [Decimal(90), Decimal(100)]
    assert data["guest_orders"] == 1


def test_a_shop_without_orders_is_no_error(urls, make):
    tenant = make.tenant()
    outcome = process(urls.app, tenant, LATEST)
    run = read_run(urls.app, tenant, outcome.run_id)
    assert (run.status, run.data_through, run.total_processed) == ("succeeded", None, 0)


def test_a_run_stores_what_it_found(urls, make):
    tenant = make.tenant()
    make.history(tenant, 800)
    outcome = process(urls.app, tenant, LATEST)
    run: Any = read_run(urls.app, tenant, outcome.run_id)
    found = scores(urls)
    assert run.status == "succeeded"
    assert run.model == "mbg_nbd"
    assert str(run.as_of) == "2026-01-01 00:00:00+00:00"
    overview = run.rfm["overview"]
    assert overview["total_customers"] == len(found) == run.clv["overview"]["total_customers"]
    assert Decimal(overview["total_revenue"]) == sum(row["monetary"] for row in found.values())
    assert round(sum(row["percentage"] for row in run.rfm["distribution"]), 2) == 100
    for name, column in (("clv", "clv_tier"), ("churn", "churn_risk")):
        for each, count in Counter(row[column] for row in found.values()).items():
            assert getattr(run, name)["overview"][each] == count
    total = sum(row["predicted_value"] for row in found.values())
    assert Decimal(run.clv["overview"]["total_predicted_value"]) == total
    assert all(row["predicted_value"] == row["monetary"] + row["expected_value"] for row in found.values())
    assert all(0 <= row["churn_probability"] <= 1 for row in found.values())


def test_the_same_data_give_the_same_scores_bit_for_bit(urls, make):
    tenant = make.tenant()
    make.history(tenant, 300)
    process(urls.app, tenant, LATEST)
    first = _bare(scores(urls))
    make.owner.execute("CREATE TEMP TABLE moved AS SELECT * FROM customer_order")
    make.owner.execute("DELETE FROM customer_order")
    make.owner.execute("INSERT INTO customer_order SELECT * FROM moved ORDER BY md5(external_id)")
    process(urls.app, tenant, FORCED)
    assert _bare(scores(urls)) == first


def _bare(found):
    return {name: {k: v for k, v in row.items() if "run_id" not in k} for name, row in found.items()}


def test_fresh_scores_are_not_computed_again_unless_forced(urls, make):
    tenant = make.tenant()
    make.history(tenant, 50)
    first = process(urls.app, tenant, LATEST)
    again = process(urls.app, tenant, LATEST)
    assert (again.run_id, again.fresh) == (first.run_id, True)
    assert process(urls.app, tenant, Request.of(["rfm"], "latest")).run_id == first.run_id
    assert process(urls.app, tenant, FORCED).run_id > first.run_id
    make.owner.execute("UPDATE tenant SET data_version = data_version + 1 WHERE id = %s", [tenant])
    assert not process(urls.app, tenant, LATEST).fresh


def test_a_run_of_one_analysis_brings_the_standing_ones_to_its_instant(urls, make):
    tenant = make.tenant()
    make.history(tenant, 300)
    process(urls.app, tenant, Request.of(["rfm"], "2025-06-01"))
    assert {row["churn_risk"] for row in scores(urls).values()} == {None}
    process(urls.app, tenant, Request.of(["churn"], "2025-06-01"))
    run = process(urls.app, tenant, Request.of(["rfm"], "2026-01-01")).run_id
    found = scores(urls).values()
    assert {row["run_id"] for row in found} == {run}
    assert None not in {row["segment"] for row in found} | {row["churn_risk"] for row in found}
    assert {row["clv_tier"] for row in found} == {None}
    assert read_run(urls.app, tenant, run).analyses == ["rfm", "churn"]


def test_data_that_change_while_a_run_goes_on_make_its_scores_stale(urls, make):
    tenant = make.tenant()
    make.history(tenant, 50)

    def change(step, share):
        if step == "analysing":
            make.owner.execute("UPDATE tenant SET data_version = data_version + 1")

    process(urls.app, tenant, LATEST, notify=change)
    assert not process(urls.app, tenant, LATEST).fresh
    assert process(urls.app, tenant, LATEST).fresh


def test_a_run_that_lost_its_place_does_not_let_its_scores_stand(urls, make):
    tenant = make.tenant()
    make.history(tenant, 50)
    first = process(urls.app, tenant, LATEST).run_id

    def usurp(step, share):
        if step == "writing scores":
            make.owner.execute("UPDATE score_run SET status = 'failed' WHERE status = 'running'")

    with pytest.raises(ConflictError, match="took this one's place"):
        process(urls.app, tenant, FORCED, notify=usurp)
    assert {row["run_id"] for row in scores(urls).values()} == {first}


def test_moves_between_segments_are_appended_but_not_the_first_segments(urls, make):
    tenant = make.tenant()
    make.history(tenant, 300)
    process(urls.app, tenant, Request.of(None, "2025-06-01"))
    assert one(urls, "SELECT count(*) FROM segment_change") == 0
    before = {name: row["segment"] for name, row in scores(urls).items()}
    run = process(urls.app, tenant, Request.of(None, "2026-01-01")).run_id
    after = {name: row["segment"] for name, row in scores(urls).items()}
    expected = sorted(
        (name, before.get(name), after[name]) for name in after if before.get(name) != after[name]
    )
    with psycopg.connect(urls.owner) as owner:
        found = owner.execute(
            "SELECT external_id, from_segment, to_segment FROM segment_change c JOIN customer "
            "ON customer.tenant_id = c.tenant_id AND customer.id = c.customer_id "
            "JOIN segment_feed AS feed ON feed.id = feed_id WHERE run_id = %s AND kind = 'rfm_segment'",
            [run],
        ).fetchall()
    assert expected
    assert sorted(found, key=lambda row: row[0]) == expected


def test_a_customer_without_purchases_any_more_leaves_the_scores(urls, make):
    tenant = make.tenant()
    ana, bob = make.customer(tenant, "ana"), make.customer(tenant, "bob")
    order = make.order(tenant, ana, "2024-06-01 12:00Z", 10)
    make.order(tenant, bob, "2024-06-01 12:00Z", 10)
    process(urls.app, tenant, LATEST)
    make.refund(tenant, ana, "2024-06-01 13:00Z", 10, order_id=order)
    process(urls.app, tenant, FORCED)
    assert set(scores(urls)) == {"bob"}
    assert one(urls, "SELECT bool_and(to_segment IS NULL) FROM segment_change") is True


def test_an_error_leaves_the_old_scores_and_says_so(urls, make, monkeypatch):
    tenant = make.tenant()
    make.history(tenant, 50)
    first = process(urls.app, tenant, LATEST)
    before = scores(urls)

    def broken(*arguments):
        raise RuntimeError("secret inside")

    monkeypatch.setattr(module, "write_listings", broken)
    with pytest.raises(RuntimeError):
        process(urls.app, tenant, FORCED)
    assert scores(urls) == before
    failed = read_run(urls.app, tenant, first.run_id + 1)
    assert (failed.status, failed.error) == ("failed", "The run failed unexpectedly; the log tells more.")


@pytest.mark.parametrize("step", ["reading orders", "analysing", "writing scores", "sweeping"])
def test_killed_at_any_point_the_old_scores_or_the_new_ones_stand(urls, make, step):
    tenant = make.tenant()
    make.history(tenant, 300)
    first = process(urls.app, tenant, LATEST).run_id
    before = scores(urls)
    child = multiprocessing.get_context("fork").Process(target=_die_at, args=(urls.app, tenant, step))
    child.start()
    child.join(30)
    assert child.exitcode == -signal.SIGKILL
    found = scores(urls)
    runs = {row["run_id"] for row in found.values()}
    assert set(found) == set(before)
    assert runs == ({first + 1} if step == "sweeping" else {first})
    process(urls.app, tenant, FORCED)
    assert one(urls, "SELECT count(*) FROM score_run WHERE status = 'running'") == 0
    assert one(urls, "SELECT count(DISTINCT run_id) FROM customer_score") == 1


def _die_at(url, tenant, wanted):
    def notify(step, share):
        if step.startswith(wanted):
            os.kill(os.getpid(), signal.SIGKILL)

    if wanted == "reading orders":
        setattr(module, "read", lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL))  # noqa: B010
    process(url, tenant, FORCED, notify=notify)


def test_two_at_once_take_turns(urls, make):
    tenant = make.tenant()
    make.history(tenant, 200)
    heard = []
    reading, go_on = threading.Event(), threading.Event()

    def hold(step, share):
        reading.set()
        go_on.wait(20)

    first = threading.Thread(target=process, args=(urls.app, tenant, FORCED), kwargs={"notify": hold})
    first.start()
    assert reading.wait(20)
    with pytest.raises(ConflictError, match="is going on"):
        process(urls.app, tenant, FORCED, wait=False)
    second = threading.Thread(
        target=process,
        args=(urls.app, tenant, FORCED),
        kwargs={"notify": lambda step, share: heard.append(step)},
    )
    second.start()
    while not heard:
        time.sleep(0.01)
    go_on.set()
    first.join(30)
    second.join(30)
    assert heard[0].startswith("waiting for run")
    assert heard[-1] == "sweeping"
    assert one(urls, "SELECT count(*) FROM score_run WHERE status = 'succeeded'") == 2


def test_an_unknown_tenant_is_not_found(urls):
    with pytest.raises(NotFoundError, match="Tenant with ID 999 not found"):
        process(urls.app, 999, LATEST)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((["rfm", "magic"],), "'magic' is not an analysis; accepted are rfm, clv and churn"),
        (([],), "No analysis is named"),
        ((None, "yesterday"), "'yesterday' is not a day"),
        ((None, "2011-02-30"), "'2011-02-30' is not a day"),
        ((None, "1850-01-01"), "not a day"),
    ],
)
def test_a_wrong_request_is_told_with_what_is_accepted(arguments, told):
    with pytest.raises(InvalidInputError, match=told):
        Request.of(*arguments)
