"""Syncs and erased customers: nobody comes back, and what was bought is counted once."""

from resolvers.context import OPEN, Ctx
from resolvers.privacy.erase import erase
from resolvers.syncing.sync import sync
from resolvers.writes.people import CustomerReference
from tests.resolvers.conftest import NoQueue
from tests.resolvers.syncing.conftest import TENANT, shop_of


async def test_a_full_sync_brings_no_erased_buyer_back(place, integration, fill, kept, make, database):
    shop = fill(shop_of(orders=60))
    await sync(place, TENANT, integration)
    before = kept()
    ((number, name),) = make.owner.execute(
        "SELECT buyer.id, buyer.external_id FROM customer AS buyer JOIN customer_order "
        "ON customer_id = buyer.id GROUP BY buyer.id, buyer.external_id ORDER BY count(*) DESC LIMIT 1"
    ).fetchall()
    async with database.read() as reader:
        ctx = Ctx(actor=OPEN, db=database, reader=reader, queue=NoQueue())
        await erase(ctx, TENANT, CustomerReference(number))
    await sync(place, TENANT, integration, full=True)
    assert kept() == before
    for table, column in (
        ("customer", "external_id"),
        ("integration_order", "buyer"),
        ("integration_profile", "buyer"),
    ):
        query = f"SELECT count(*) FROM {table} WHERE {column} = %s"
        assert make.owner.execute(query, [name]).fetchone() == (0,)
    assert len(shop.details) == 60
