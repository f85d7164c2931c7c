"""An account at a VTEX of our own, and a client that asks it without long pauses."""

from collections.abc import AsyncIterator, Iterator

import pytest

from connectors.vtex import Account, Patience, Vtex
from tests.connectors.vtex.fake import KEY, TOKEN, FakeVtex, Store, serving

PATIENCE = Patience(connect=5.0, read=20.0, attempts=3, first_pause=0.001, limited=0.001)


@pytest.fixture
def fake() -> Iterator[FakeVtex]:
    with serving(FakeVtex(Store())) as running:
        yield running


@pytest.fixture
def account() -> Account:
    return Account("chelseaio", "vtexcommercestable", KEY, TOKEN)


@pytest.fixture
async def vtex(fake: FakeVtex) -> AsyncIterator[Vtex]:
    opened = Vtex(fake.template, patience=PATIENCE)
    await opened.open()
    yield opened
    await opened.close()
