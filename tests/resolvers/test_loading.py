"""What a context has read is let go of when it ends."""

import gc
import weakref

import pytest

from resolvers import customers


@pytest.mark.parametrize("way", ["apart", "of_several"])
async def test_what_was_read_in_a_context_of_its_own_is_let_go_of(make, ctx, way):
    make.tenant()
    number = make.customer(56, "a")
    gc.disable()
    try:
        async with getattr(ctx, way)() as own:
            found = await customers.find(own, 56, number)
            assert found is not None
            loaders = [weakref.ref(each) for each in own._loaders.values()]
            assert loaders
        assert [each() for each in loaders] == [None] * len(loaders)
    finally:
        gc.enable()
