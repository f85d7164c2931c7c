"""Where the tests of segments begin."""

import pytest

from tests.acceptance.segments.calls import CREATE, TENANT


@pytest.fixture
def create(ask):
    """Makes a segment of tenant 56; gives the payload."""

    async def go(name="best", kind="DYNAMIC", **more):
        given = {"tenantId": TENANT, "name": name, "type": kind} | more
        return (await ask(CREATE, input=given))["segmentCreate"]

    return go
