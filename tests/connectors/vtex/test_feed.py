"""The feed: what is told of it, and configurations that are told apart."""

import pytest

from connectors.vtex import feed
from connectors.vtex.errors import MalformedError, MissingError, RefusedError
from tests.connectors.vtex.fake import Fault
from tests.connectors.vtex.feed import ADMIN, OTHERS


async def test_it_is_not_set_until_it_is(vtex, account):
    assert await feed.read_configuration(vtex, account) is None
    with pytest.raises(MissingError):
        await feed.read_feed(vtex, account)
    ours = feed.new_configuration()
    await feed.set_configuration(vtex, account, ours)
    found = await feed.read_configuration(vtex, account)
    assert found is not None
    assert feed.is_same(found, ours)
    assert await feed.read_feed(vtex, account) == []
    await feed.remove_configuration(vtex, account)
    assert await feed.read_configuration(vtex, account) is None


async def test_items_come_ten_at_a_time_and_again_unless_committed(vtex, account, fake):
    store = fake.stores["chelseaio"]
    await feed.set_configuration(vtex, account, feed.new_configuration())
    store.feed.tell(*(f"v{n}" for n in range(12)))
    lots = [await feed.read_feed(vtex, account) for _ in range(3)]
    assert [len(each) for each in lots] == [10, 2, 0]
    await feed.commit_items(vtex, account, [each.handle for each in lots[0]])
    store.feed.show()
    assert await feed.read_feed(vtex, account) == lots[1]


@pytest.mark.parametrize(
    "change",
    [
        {"queue": {"visibilityTimeoutInSeconds": 240}},
        {"queue": {"messageRetentionPeriodInSeconds": 345_600}},
        {"filter": {"expression": "value > 100"}},
        {"filter": {"type": "FromWorkflow"}},
        {"filter": {"disableSingleFire": False}},
    ],
)
def test_another_configuration_is_another(change):
    ours = feed.new_configuration()
    found = {
        "filter": {"status": None, **ours["filter"]},
        "queue": {name[:1].lower() + name[1:]: value for name, value in ours["queue"].items()},
    }
    assert feed.is_same(found, ours)
    ((part, changed),) = change.items()
    assert not feed.is_same({**found, part: {**found[part], **changed}}, ours)
    assert not feed.is_same(OTHERS, ours)
    assert not feed.is_same({}, ours)
    assert not feed.is_same({"filter": None, "queue": []}, ours)


@pytest.mark.parametrize("body", [b"{}", b"[7]", b'[{"orderId": "v1"}]', b'[{"orderId": "v1", "handle": 7}]'])
async def test_what_is_no_list_of_items_is_malformed(vtex, account, fake, body):
    fake.faults.append(Fault(body=body))
    with pytest.raises(MalformedError):
        await feed.read_feed(vtex, account)


async def test_an_item_without_an_order_can_still_be_committed(vtex, account, fake):
    fake.faults.append(Fault(body=b'[{"orderId": null, "handle": "h"}]'))
    assert await feed.read_feed(vtex, account) == [feed.Item(None, "h")]


async def test_a_key_without_the_permission_is_refused(vtex, account, fake):
    fake.stores["chelseaio"].permissions -= {ADMIN}
    with pytest.raises(RefusedError) as refused:
        await feed.read_configuration(vtex, account)
    assert refused.value.status == 403
