"""Scores as of a day: the same whenever they are computed, as long as nothing earlier comes in."""

import psycopg

from resolvers.processing.process import process
from resolvers.processing.request import Request

COLUMNS = "SELECT score.* FROM customer_score score JOIN score_current USING (tenant_id, run_id)"


def standing(urls):
    """The standing scores by customer, in every bit, without the number of their run."""
    with psycopg.connect(urls.owner, row_factory=psycopg.rows.dict_row) as owner:
        rows = owner.execute(f"{COLUMNS} WHERE score.tenant_id = 56").fetchall()
    return {row["customer_id"]: row | {"run_id": None} for row in rows}


def test_scores_as_of_yesterday_are_yesterdays_bit_for_bit(urls, make):
    make.history(make.tenant(), 600)
    old, new = make.customer(56, "old"), make.customer(56, "new")
    order = make.order(56, old, "2025-03-01 12:00Z", 80)
    process(urls.app, 56, Request.of(None, "2025-10-01"))
    yesterday = standing(urls)
    assert len(yesterday) > 300
    for customer in yesterday.keys() - {old}:
        make.order(56, customer, "2025-10-01 09:00+01:00", 30)
    make.order(56, new, "2025-10-01 00:00+01:00", 500)
    make.refund(56, old, "2025-10-01 10:00Z", 80, order_id=order)
    process(urls.app, 56, Request.of(None, "2025-10-02"))
    today = standing(urls)
    assert new in today
    assert old not in today
    assert all(today[customer] != yesterday[customer] for customer in yesterday if customer in today)
    process(urls.app, 56, Request.of(None, "2025-10-01"))
    assert standing(urls) == yesterday
