"""VTEX's hook is heard from whoever has the secret, and tells nobody anything."""

import httpx
import pytest
from pydantic import SecretStr

from app import create
from connectors.vtex.hook import SECRET_HEADER
from resolvers.syncing import notices
from tests.connectors.vtex.hook import PING, notice


async def test_a_ping_is_answered_whoever_asks(client, number):
    for path in (f"/hooks/vtex/{number}", "/hooks/vtex/999", "/hooks/vtex/x"):
        assert (await client.post(path, json=PING)).status_code == 200


async def test_a_notice_is_kept_once_and_answered_at_once(tell, waiting, vtex, make):
    vtex.requests.clear()
    for order in ("v1shop-01", "v2shop-01", "v1shop-01"):
        answer = await tell(order)
        assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert waiting() == {"v1shop-01": 2, "v2shop-01": 1}
    assert vtex.requests == []
    jobs = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'notices' AND status = 'todo'"
    assert make.owner.execute(jobs).fetchone() == (1,)


async def test_who_has_not_the_secret_is_told_nothing(client, number, secret, tell, waiting, make, capfd):
    answers = [
        await tell("v1shop-01", **{SECRET_HEADER: wrong})
        for wrong in ("", "x", secret[:-1], secret + "x", secret.upper(), b"\xe9")
    ]
    given = {"json": notice("v1shop-01"), "headers": {SECRET_HEADER: secret}}
    answers += [
        await client.post(path, **given)
        for path in (
            "/hooks/vtex/999",
            "/hooks/vtex/x",
            f"/hooks/vtex/{2**70}",
            "/hooks/vtex/-1",
            "/hooks/vtex/²",
        )
    ]
    make.owner.execute("UPDATE integration SET is_active = false")
    answers.append(await tell("v1shop-01"))
    make.owner.execute("UPDATE integration SET is_active = true")
    make.owner.execute("UPDATE integration_hook SET secret = 'unreadable'")
    answers.append(await tell("v1shop-01"))
    make.owner.execute("DELETE FROM integration_hook")
    answers.append(await tell("v1shop-01"))
    assert {each.status_code for each in answers} == {401}
    assert len({each.content for each in answers}) == 1
    assert waiting() == {}
    said = capfd.readouterr()
    assert secret not in said.out + said.err


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 60_000,
        b"null",
        b"{}",
        b'{"OrderId": 7}',
        b'{"OrderId": ""}',
        b'{"OrderId": "a/../b"}',
        b'{"OrderId": "a\\u0000b"}',
        b'{"OrderId": "%s"}' % (b"v" * 101),
    ],
)
async def test_what_names_no_order_is_refused_by_its_field(client, number, secret, waiting, body):
    path, headers = f"/hooks/vtex/{number}", {SECRET_HEADER: secret}
    answer = await client.post(path, content=body, headers=headers)
    assert (answer.status_code, "OrderId" in answer.json()["details"]) == (400, True)
    assert (await client.post(path, content=body)).status_code == 401
    assert waiting() == {}


async def test_a_body_is_bounded(client, number, secret):
    path, headers = f"/hooks/vtex/{number}", {SECRET_HEADER: secret}
    answer = await client.post(
        path, content=b'{"OrderId": "v1", "x": "%s"}' % (b"x" * 70_000), headers=headers
    )
    assert answer.status_code == 413
    assert (await client.get(path, headers=headers)).status_code == 405


async def test_no_more_wait_than_may(tell, waiting, monkeypatch):
    monkeypatch.setattr(notices, "MOST_WAITING", 2)
    assert [(await tell(f"v{n}")).status_code for n in (1, 2, 3, 1)] == [200, 200, 503, 200]
    assert int((await tell("v9")).headers["retry-after"]) > 0
    assert waiting() == {"v1": 2, "v2": 1}


async def test_it_needs_no_token_where_all_else_does(urls, number, secret, settings, waiting):
    closed = settings.model_copy(update={"auth": "jwt", "jwt_secret": SecretStr("s" * 40)})
    app = create(closed)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://api.example.com") as opened:
            path = f"/hooks/vtex/{number}"
            good = await opened.post(path, json=notice("v1"), headers={SECRET_HEADER: secret})
            bad = await opened.post(path, json=notice("v2"), headers={SECRET_HEADER: "x"})
            elsewhere = await opened.get("/hooks/../api/v2/tenant-integrations/56")
            other = await opened.get("/hooks/else")
    assert (good.status_code, bad.status_code) == (200, 401)
    assert bad.json()["details"] == "There is no such hook, or this is not its secret."
    assert (elsewhere.status_code, other.status_code) == (401, 404)
    assert waiting() == {"v1": 1}
