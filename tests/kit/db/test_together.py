"""Readers that watch whether what they read could be read for several requests at once."""

import pytest
from sqlalchemy import Text, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import TENANT, prepare
from kit.db.together import ApartError, Watching
from models import TABLES

CUSTOMER = TABLES["customer"]
NAMES = prepare(
    select(CUSTOMER.c.external_id).where(
        CUSTOMER.c.tenant_id == TENANT,
        CUSTOMER.c.external_id == any_(bindparam("names", type_=ARRAY(Text))),
    )
)


@pytest.fixture
def shop(make):
    """A tenant with a customer."""
    make.customer(make.tenant(1), "of-1")
    return make


async def test_who_watches_a_reader_learns_whether_all_of_it_could_be_read_together(shop, database):
    async with database.read() as reader:
        watching = Watching(reader)
        assert await watching.batch.fetch(NAMES, str, tenant=1, names=["of-1"]) == ["of-1"]
        assert not watching.apart
        assert await watching.batch.fetch(NAMES, str, tenant=1, within=1.0, names=[]) == []
        assert watching.apart
        watching = Watching(reader)
        assert await watching.fetch(NAMES, str, tenant=1, names=["of-1"]) == ["of-1"]
        assert watching.apart
        watching = Watching(reader)
        await watching.renew()
        assert not watching.apart


async def test_who_refuses_reads_nothing_outside_of_batches_and_nothing_that_may_take_long(shop, database):
    async with database.read() as reader:
        refusing = Watching(reader, refuses=True)
        assert await refusing.batch.fetch(NAMES, str, tenant=1, names=["of-1"]) == ["of-1"]
        with pytest.raises(ApartError):
            await refusing.batch.fetch(NAMES, str, tenant=1, within=1.0, names=["of-1"])
        with pytest.raises(ApartError):
            refusing.batch.stream(NAMES, str)
        with pytest.raises(ApartError):
            refusing.fetch(NAMES, str)
