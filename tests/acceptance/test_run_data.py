"""What a run was computed from and what it left out, over the graph."""

from resolvers.processing.process import process
from resolvers.processing.request import Request

RUNS = """{ tenant(databaseId: 56) { scoreRuns { nodes { data {
  orderCount guestOrderCount linkedRefundCount unlinkedRefundCount withoutTransactionCount futureOrderCount
  withoutRate { currencyCode count } } } } } }"""


async def read(ask):
    return [node["data"] for node in (await ask(RUNS))["tenant"]["scoreRuns"]["nodes"]]


async def test_a_run_tells_what_it_counted_and_what_it_left_out(make, ask, urls):
    make.tenant()
    ana, bob = make.customer(56, "ana"), make.customer(56, "bob")
    order = make.order(56, ana, "2024-06-01 12:00Z", 10)
    make.order(56, None, "2024-06-02 12:00Z", 10)
    make.order(56, ana, "2024-06-03 12:00Z", 10, currency="EUR")
    make.order(56, ana, "2199-06-01 12:00Z", 10)
    make.refund(56, ana, "2024-06-03 13:00Z", 2, order_id=order)
    make.refund(56, bob, "2024-06-03 13:00Z", 2)
    process(urls.app, 56, Request.of(None, "latest"))
    assert await read(ask) == [
        {
            "orderCount": "2",
            "guestOrderCount": "1",
            "linkedRefundCount": "1",
            "unlinkedRefundCount": "1",
            "withoutTransactionCount": "1",
            "futureOrderCount": "1",
            "withoutRate": [{"currencyCode": "EUR", "count": 1}],
        }
    ]


async def test_a_run_that_counted_no_future_orders_says_so(make, ask, urls):
    make.history(make.tenant(), 20)
    process(urls.app, 56, Request.of(None, "latest"))
    make.owner.execute("UPDATE score_run SET report = report #- '{data, future_orders}'")
    (found,) = await read(ask)
    assert found["futureOrderCount"] is None
    assert int(found["orderCount"]) > 0
