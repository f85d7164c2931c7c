"""What stands around both faces: health, pages, guards."""

import psycopg
import pytest


async def test_health(client):
    for path in ("/health", "/health/ready"):
        answer = await client.get(path)
        parts = ("status", "database", "queue", "intake", "server")
        assert (answer.status_code, answer.json()) == (200, dict.fromkeys(parts, "ok"))
    assert (await client.get("/health/live")).json() == {"status": "ok"}


async def test_not_ready_says_why(own_urls, monkeypatch):
    import httpx
    from pydantic import SecretStr

    from app import create
    from kit.config import Settings

    app = create(Settings(database_url=SecretStr(own_urls.app)))
    async with app.router.lifespan_context(app):
        with psycopg.connect(own_urls.owner, autocommit=True) as owner:
            owner.execute("UPDATE alembic_version SET version_num = '0001'")
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            answer = await client.get("/health")
            assert answer.status_code == 503
            assert "Run `cdp migrate`" in answer.json()["database"]
            assert (await client.get("/health/live")).status_code == 200


@pytest.mark.parametrize("path", ["/graphql", "/docs"])
async def test_pages_are_served_by_us_alone(client, path):
    page = await client.get(path, headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert "http://" not in page.text
    assert "https://" not in page.text
    for asset in [each.split('"')[0] for each in page.text.split('src="')[1:]]:
        assert (await client.get(asset)).status_code == 200, asset


async def test_the_openapi_document_is_served(client):
    assert "/api/v2/cdp/process/{tenantId}" in (await client.get("/openapi.json")).json()["paths"]


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
async def test_an_open_api_answers_no_other_host_or_origin(make, client, headers):
    answer = await client.post("/api/v2/cdp/process/56", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["error"] == "Forbidden"


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1:8000"])
async def test_pages_of_this_machine_may_call(client, origin):
    assert (await client.get("/health", headers={"Origin": origin})).status_code == 200


async def test_a_body_too_large_is_refused(client):
    answer = await client.post("/graphql", content=b"x" * 1_100_000)
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}
    answer = await client.post("/api/v2/cdp/process/56", content=b"x" * 1_100_000)
    assert (answer.status_code, answer.json()["error"]) == (413, "Body too large")
