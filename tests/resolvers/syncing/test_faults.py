"""Whatever goes wrong in whatever order, in the end everything is here, once."""

import asyncio
import contextlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.errors import CdpError, ConflictError
from resolvers.syncing.sync import sync
from tests.connectors.vtex.fake import Fault
from tests.resolvers.syncing.conftest import TENANT, shop_of

FAULTS = {
    "limited": Fault(429),
    "limited, told how long": Fault(429, {"Retry-After": "0"}),
    "broken": Fault(500),
    "unavailable": Fault(503),
    "cut off": Fault(truncated=True),
    "no JSON": Fault(body=b'{"orderId"'),
    "slow": Fault(slow=0.02),
    "revoked": Fault(401),
}
SCHEDULES = st.dictionaries(
    st.integers(1, 120), st.sampled_from(sorted(FAULTS)), max_size=40
) | st.dictionaries(st.integers(1, 60), st.just("limited"), min_size=30, max_size=60)
BREAKS = st.lists(st.floats(0.02, 0.3), max_size=2)
EMPTY = (
    "TRUNCATE customer_order, customer, refund, integration_order, integration_profile, integration_sync, "
    "integration_window, integration_unreadable CASCADE"
)


async def last(place, integration):
    """A sync to the end; one that was broken off before may still be on its way out."""
    for _ in range(200):
        with contextlib.suppress(ConflictError):
            return await sync(place, TENANT, integration)
        await asyncio.sleep(0.05)
    return await sync(place, TENANT, integration)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), orders=st.integers(1, 60), schedule=SCHEDULES, breaks=BREAKS)
async def test_whatever_goes_wrong_everything_is_here_once(
    place, integration, fake, fill, kept, make, seed, orders, schedule, breaks
):
    make.owner.execute(EMPTY)
    shop = fill(shop_of(seed=seed, orders=orders, persons=15, twins=3))
    fake.requests.clear()
    fake.plan = lambda number, path: FAULTS[schedule[number]] if number in schedule else None
    for seconds in breaks:
        with contextlib.suppress(CdpError, TimeoutError):
            async with asyncio.timeout(seconds):
                await sync(place, TENANT, integration)
    for _ in range(len(schedule) + 1):
        with contextlib.suppress(CdpError):
            await sync(place, TENANT, integration)
            break
    fake.plan = lambda number, path: None
    await last(place, integration)
    assert kept() == shop.truth
