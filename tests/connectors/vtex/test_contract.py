"""What is sent to VTEX, and what our VTEX answers, against the contracts that VTEX publishes."""

import json
import re

import jsonschema
import pytest

from connectors.vtex import feed, hook, inspect
from connectors.vtex.orders import Window, get_order, list_orders, read_order
from connectors.vtex.profiles import find_profiles, scroll_profiles
from tests.connectors.vtex.shop import NOW, Shop


@pytest.fixture(scope="module")
def published(shared_reference):
    return json.loads((shared_reference / "vtex" / "all.json").read_text())


@pytest.fixture
def shop(fake):
    made = Shop(orders=5)
    store = fake.stores["chelseaio"]
    store.details, store.master_data.documents = made.details, made.documents
    return made


def operation(published, path):
    """The path's template and operation in the contract."""
    for template, methods in published["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            return template, methods
    raise AssertionError(f"{path} is in no contract")


def parameters(published, method):
    for each in method.get("parameters", []):
        if "$ref" in each:
            yield published["components"]["parameters"][each["$ref"].rpartition("/")[2]]
        else:
            yield each


async def body_of(request):
    """What was sent, of a request that has a body."""
    return await request.json() if request.method == "POST" else None


def check_body(published, method, body):
    media = method.get("requestBody", {}).get("content", {}).get("application/json")
    assert (body is None) == (media is None)
    if media is not None:
        schema = {**media["schema"], "components": published["components"]}
        jsonschema.Draft7Validator(schema).validate(body)


async def test_every_request_is_one_of_the_contract(published, fake, vtex, account, shop):
    await inspect(vtex, account)
    await list_orders(vtex, account, Window(NOW.replace(year=2025), NOW))
    await get_order(vtex, account, next(iter(shop.details)))
    await find_profiles(vtex, account, [shop.documents[0]["userId"]])
    assert [step async for step in scroll_profiles(vtex, account)]
    await feed.set_configuration(vtex, account, feed.new_configuration())
    await feed.read_configuration(vtex, account)
    fake.stores["chelseaio"].feed.tell(next(iter(shop.details)))
    items = await feed.read_feed(vtex, account)
    await feed.commit_items(vtex, account, [each.handle for each in items])
    await feed.remove_configuration(vtex, account)
    await hook.set_hook(vtex, account, "https://cdp.example.com/hooks/vtex/29", "secret")
    await hook.read_url(vtex, account)
    await hook.remove_hook(vtex, account)
    for request in fake.requests:
        path = "/" + request.url.path.split("/", 3)[-1]
        _, methods = operation(published, path)
        known = list(parameters(published, methods[request.method.lower()]))
        named = {each["name"] for each in known if each["in"] == "query"}
        assert set(request.query_params) <= named, path
        for each in known:
            if each.get("required") and each["in"] == "header":
                assert each["name"] in request.headers, (path, each["name"])
            if each.get("required") and each["in"] == "query":
                assert each["name"] in request.query_params, (path, each["name"])
        check_body(published, methods[request.method.lower()], await body_of(request))


async def test_our_vtex_answers_as_the_contract_says(published, fake, vtex, account, shop):
    number = next(iter(shop.details))
    await feed.set_configuration(vtex, account, feed.new_configuration())
    fake.stores["chelseaio"].feed.tell(number)
    for path, query in (
        ("/api/orders/feed/config", {}),
        ("/api/orders/feed", {"maxlot": 10}),
        ("/api/oms/pvt/orders", {"page": 1, "per_page": 2}),
        (f"/api/oms/pvt/orders/{number}", {}),
    ):
        template, methods = operation(published, path)
        (media,) = methods["get"]["responses"]["200"]["content"].values()
        answered = await vtex.get(account, path, query)
        schema = {**media["schema"], "components": published["components"]}
        told = {
            error.json_path: error.message
            for error in jsonschema.Draft7Validator(schema).iter_errors(answered)
        }
        # The contracts forget that most of what they name may be null or left out.
        wrong = {
            at: text
            for at, text in told.items()
            if "None is not of type" not in text and "required" not in text
        }
        assert not wrong, template


def test_the_published_order_can_be_read(shared_reference):
    found = read_order(json.loads((shared_reference / "vtex" / "detail-example.json").read_text()))
    assert (found.id, found.status, str(found.amount), found.currency) == (
        "1172452900788-01",
        "handling",
        "11.60",
        "BRL",
    )
    assert [str(each.amount) for each in found.refunds] == ["10.15"]
    assert found.buyer is not None
    assert found.buyer.email == "rodrigo.smith@email.com"
