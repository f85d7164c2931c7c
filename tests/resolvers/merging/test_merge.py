"""Merges: what was of one is of the other, totals stay, and an undone merge leaves every row as it was."""

import pytest

from kit.errors import ConflictError, InvalidInputError, NotFoundError
from resolvers.merging.merge import merge
from resolvers.privacy.erase import erase
from resolvers.processing.process import process
from resolvers.processing.request import Request
from resolvers.writes.people import CustomerReference
from tests.resolvers.merging.conftest import by_id, events


async def test_all_that_was_of_one_is_of_the_other(two, join, make, totals):
    ana, anna = two
    before = totals()
    done = await join(ana, anna, reason=" the same phone ")
    assert (done.survivor, done.anew) == (anna, True)
    orders, net, buyers, count, refunds = before
    assert totals() == (orders, net, buyers - 1, count, refunds)

    def of(table):
        return make.owner.execute(
            f"SELECT count(*) FILTER (WHERE customer_id = {ana}), "
            f"count(*) FILTER (WHERE customer_id = {anna}) FROM {table}"
        ).fetchone()

    counts = {name: of(name) for name in ("customer_order", "refund", "event", "customer_score")}
    assert counts == {
        "customer_order": (0, 7),
        "refund": (0, 3),
        "event": (0, 9),
        "customer_score": (0, 1),
    }
    kept = make.owner.execute(
        "SELECT external_id, email, first_name, phone, created_at::date::text, attributes FROM customer "
        "WHERE id = ANY (%s)",
        [[ana, anna]],
    ).fetchall()
    assert kept == [
        ("anna", "Ana@example.com", "Anna", "+54 1", "2024-05-01", {"eyes": "green", "size": 1.10})
    ]
    agreed = make.owner.execute("SELECT channel, is_granted FROM customer_consent ORDER BY 1").fetchall()
    assert agreed == [("email", False), ("post", True), ("sms", False)]
    names = "SELECT DISTINCT buyer FROM integration_profile UNION SELECT buyer FROM integration_order"
    assert make.owner.execute(names).fetchall() == [("anna",)]
    record = make.owner.execute(
        "SELECT from_id, into_id, survivor_id, origin, reason, orders, refunds, events FROM customer_merge"
    ).fetchone()
    assert record == (ana, anna, anna, "caller", "the same phone", 3, 2, 5)
    stale = make.owner.execute(
        "SELECT t.data_version > r.data_version FROM tenant t JOIN score_run r ON r.tenant_id = t.id"
    )
    assert stale.fetchone() == (True,)


async def test_memberships_and_the_feed(two, join, make):
    ana, anna = two
    builtin = "SELECT sum(member_count) FROM segment WHERE builtin LIKE 'rfm%'"
    before = make.owner.execute(builtin).fetchone()
    await join(ana, anna)
    members = make.owner.execute(
        "SELECT name, member_count, array_agg(customer_id) FROM segment JOIN segment_member m "
        "ON m.segment_id = segment.id WHERE builtin IS NULL AND type = 'static' GROUP BY 1, 2 ORDER BY 1"
    ).fetchall()
    assert members == [("both", 1, [anna]), ("hers", 1, [anna]), ("others", 1, [anna])]
    assert make.owner.execute(builtin).fetchone() == (before[0] - 1,)
    told = make.owner.execute(
        "SELECT coalesce(s.name, f.kind), f.entered, c.customer_id, c.from_segment IS NOT NULL, c.to_segment "
        "FROM segment_feed f JOIN segment_change c ON c.feed_id = f.id LEFT JOIN segment s "
        "ON s.id = f.segment_id WHERE f.reason = 'merged' ORDER BY 1, 2, 3"
    ).fetchall()
    assert told == [
        ("both", False, ana, False, None),
        ("churn_risk", None, ana, True, None),
        ("clv_tier", None, ana, True, None),
        ("dynamic", False, ana, False, None),
        ("hers", False, ana, False, None),
        ("hers", True, anna, False, None),
        ("rfm_segment", None, ana, True, None),
    ]
    listed = make.owner.execute("SELECT count(*) FROM score_listing WHERE %s = ANY (customer_ids)", [ana])
    assert listed.fetchone() == (0,)


async def test_a_refund_of_one_goes_to_an_order_of_the_other(two, join, make):
    await join(*two)
    linked = make.owner.execute(
        "SELECT o.external_id FROM refund r JOIN customer_order o ON o.id = r.order_id "
        "WHERE r.external_id = 'loose'"
    ).fetchone()
    assert linked == ("match",)


async def test_undoing_gives_back_every_row(two, join, part, rows, totals, make):
    before, sums = rows(), totals()
    done = await join(*two)
    assert rows() != before
    undone = await part(done.id)
    assert (undone.restored, undone.left) == two
    after = rows()
    assert {name: after[name] for name in after if after[name] != before[name]} == {}
    assert totals() == sums
    kept = make.owner.execute(
        "SELECT external_id, email_norm, reason, person, filled, moved, undone_at IS NOT NULL "
        "FROM customer_merge"
    ).fetchone()
    assert kept == (None,) * 6 + (True,)
    with pytest.raises(ConflictError, match="was undone on"):
        await part(done.id)


async def test_undoing_a_chain_from_its_end_gives_back_every_row(two, join, part, rows, make):
    third = make.customer(56, "third")
    make.order(56, third, "2025-06-01Z", 1)
    events(make, third, "third", 2)
    before = rows()
    first = await join(two[0], two[1])
    between = rows()
    second = await join(two[1], third)
    leads = make.owner.execute("SELECT DISTINCT survivor_id FROM customer_merge").fetchall()
    assert leads == [(third,)]
    with pytest.raises(ConflictError, match=rf"undo that merge \({second.id}\) first"):
        await part(first.id)
    await part(second.id)
    assert rows() == between
    await part(first.id)
    assert rows() == before


async def test_what_the_survivor_says_after_the_merge_stays_when_it_is_undone(two, join, part, make):
    ana, anna = two
    done = await join(ana, anna)
    make.owner.execute(
        "UPDATE customer SET phone = '+54 2', attributes = attributes || '{\"size\": 2}' WHERE id = %s",
        [anna],
    )
    make.owner.execute(
        "UPDATE customer_consent SET is_granted = true, recorded_at = '2025-08-01Z' WHERE channel = 'email'"
    )
    make.order(56, anna, "2025-12-01Z", 3)
    await part(done.id)
    kept = make.owner.execute("SELECT email, phone, attributes FROM customer WHERE id = %s", [anna])
    assert kept.fetchone() == (None, "+54 2", {"eyes": "green", "size": 2})
    agreed = make.owner.execute(
        "SELECT customer_id, is_granted FROM customer_consent WHERE channel = 'email' ORDER BY 1"
    )
    assert agreed.fetchall() == [(ana, False), (anna, True)]
    count = "SELECT count(*) FROM customer_order WHERE customer_id = %s"
    assert make.owner.execute(count, [anna]).fetchone() == (5,)


async def test_merging_again_changes_nothing(two, join, rows, make):
    first = await join(*two)
    before = rows()
    again = await join(*two)
    assert (again.id, again.anew) == (first.id, False)
    assert rows() == before
    assert make.owner.execute("SELECT count(*) FROM customer_merge").fetchone() == (1,)


async def test_merging_again_by_what_the_merged_one_was_known_by(two, context):
    ana, anna = two
    for source in (
        by_id(ana),
        CustomerReference(external_id="ana"),
        CustomerReference(email="ana@EXAMPLE.com"),
    ):
        async with context() as ctx:
            assert (await merge(ctx, 56, source, by_id(anna))).survivor == anna


@pytest.mark.parametrize(
    ("source", "target", "kind", "field"),
    [
        ("ana", "ana", InvalidInputError, "into"),
        ("nobody", "anna", NotFoundError, "from"),
        ("ana", "nobody", NotFoundError, "into"),
        ("gone", "anna", ConflictError, "from"),
        ("ana", "gone", ConflictError, "into"),
        ("merged", "ana", ConflictError, "from"),
        ("ana", "merged", ConflictError, "into"),
    ],
)
async def test_what_is_refused_names_the_field_and_changes_nothing(
    two, join, make, context, rows, source, target, kind, field
):
    make.customer(56, "gone")
    async with context() as ctx:
        await erase(ctx, 56, CustomerReference(external_id="gone"))
    await join(make.customer(56, "merged"), make.customer(56, "into"))
    before = rows()
    async with context() as ctx:
        with pytest.raises(kind) as refused:
            await merge(ctx, 56, CustomerReference(external_id=source), CustomerReference(external_id=target))
    assert refused.value.field == field
    assert rows() == before


async def test_the_next_run_scores_the_survivor(two, join, make, urls):
    ana, anna = two
    await join(ana, anna)
    process(urls.app, 56, Request.of(None, "2026-01-01"))
    scores = make.owner.execute(
        "SELECT s.customer_id, s.frequency FROM customer_score s JOIN score_current USING (run_id) "
        "WHERE s.customer_id = ANY (%s)",
        [[ana, anna]],
    ).fetchall()
    assert [number for number, _ in scores] == [anna]
    dynamic = make.owner.execute(
        "SELECT member_count, (SELECT count(*) FROM segment_member m WHERE m.segment_id = segment.id), "
        "EXISTS (SELECT FROM segment_member m WHERE m.segment_id = segment.id AND customer_id = %s) "
        "FROM segment WHERE name = 'dynamic'",
        [ana],
    ).fetchone()
    assert dynamic[0] == dynamic[1]
    assert dynamic[2] is False


async def test_undoing_after_a_run_leaves_its_scores(two, join, part, make, urls):
    ana, anna = two
    done = await join(ana, anna)
    process(urls.app, 56, Request.of(None, "2026-01-01"))
    await part(done.id)
    scored = make.owner.execute("SELECT count(*) FROM customer_score WHERE customer_id = %s", [ana])
    assert scored.fetchone() == (0,)
    process(urls.app, 56, Request.of(None, "2026-01-01"))
    scored = make.owner.execute("SELECT count(*) FROM customer_score WHERE customer_id = %s", [ana])
    assert scored.fetchone() == (1,)
