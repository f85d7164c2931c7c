"""What browsers are told, and that they hold us to it."""

import httpx
import pytest
from pydantic import SecretStr

from app import create
from kit.config import Settings
from kit.pages import PAGE_HEADERS
from tests.live import serving
from tests.pages.browser import browsing

PAGES = ("/docs", "/graphql", "/static/docs.js", "/static/swagger/swagger-ui.css")


@pytest.fixture
def asked(urls):
    """Ask an application with other settings for something."""

    async def ask(path, method="GET", *, headers=None, **settings):
        app = create(Settings(database_url=SecretStr(urls.app), **settings))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
        ):
            return await client.request(method, path, headers={"Accept": "text/html", **(headers or {})})

    return ask


@pytest.mark.parametrize("path", PAGES)
async def test_pages_run_nothing_but_our_own_scripts_and_are_not_framed(asked, path):
    answer = await asked(path)
    assert answer.status_code == 200
    assert {name: answer.headers[name] for name in PAGE_HEADERS} == dict(PAGE_HEADERS)
    policy = dict(each.strip().split(" ", 1) for each in answer.headers["content-security-policy"].split(";"))
    assert policy["script-src"] == "'self'"
    assert (policy["default-src"], policy["frame-ancestors"]) == ("'none'", "'none'")


@pytest.mark.parametrize("path", [*PAGES, "/health/live", "/openapi.json", "/api/v2/segments", "/nowhere"])
async def test_no_answer_is_taken_for_something_else_than_it_says(asked, path):
    answer = await asked(path)
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    assert "strict-transport-security" not in answer.headers
    assert "server" not in answer.headers


async def test_https_alone_is_asked_for_where_it_is_meant(asked):
    answer = await asked("/health/live", hsts_seconds=31_536_000)
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize("path", ["/graphql", "/api/v2/segments?tenant_id=56", "/health"])
async def test_pages_elsewhere_are_told_nothing_without_being_named(asked, path):
    origin = {"Origin": "https://evil.example"}
    refused = await asked(path, headers=origin)
    assert refused.status_code == 403
    preflight = await asked(path, "OPTIONS", headers={**origin, "Access-Control-Request-Method": "POST"})
    assert preflight.status_code == 403
    for each in (refused, preflight):
        assert not [name for name in each.headers if name.startswith("access-control-")]


async def test_a_script_within_the_page_is_not_run(urls):
    async with serving(urls.app) as address, browsing() as page:
        await page.call("Page.navigate", url=f"{address}/docs")
        await page.until("document.readyState === 'complete' && location.pathname === '/docs'")
        await page.evaluate(
            "(() => { const made = document.createElement('script'); "
            "made.textContent = 'window.injected = 1'; "
            "document.body.append(made); const image = document.createElement('img'); "
            "image.setAttribute('onerror', 'window.injected = 2'); image.src = 'data:,'; "
            "document.body.append(image); })()"
        )
        await page.until("document.querySelector('#docs') !== null")
        assert await page.evaluate("window.injected ?? null") is None
        assert any("Content Security Policy" in each for each in page.complaints)
