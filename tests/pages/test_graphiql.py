"""GraphiQL in a browser: it works at once, with nothing but this server, and its examples hold."""

import hashlib
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from graphql import build_schema, parse, validate

from resolvers.processing.process import process
from resolvers.processing.request import Request
from tests.live import serving
from tests.pages.browser import browsing

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "web" / "graphiql"
STATIC = ROOT / "static"
EXAMPLES = sorted((SOURCE / "examples").glob("*.graphql"))
VARIABLES = json.loads((SOURCE / "examples" / "variables.json").read_text())
SCHEMA = build_schema((ROOT / "schema" / "schema.graphql").read_text())

RUN = "document.querySelector('.graphiql-execute-button')"
RESPONSE = "document.querySelector('.graphiql-response .view-lines')?.innerText ?? ''"
CHOOSE = """(() => {
  const menu = document.querySelector('select[aria-label="Examples"]');
  menu.value = [...menu.options].find((option) => option.text === %s).value;
  menu.dispatchEvent(new Event('change', { bubbles: true }));
  return true;
})()"""
TITLES = """[...document.querySelectorAll('select[aria-label="Examples"] option')].map((each) => each.text)"""
READY = """document.querySelector('select[aria-label="Examples"]')?.disabled === false
  && (document.querySelector('.graphiql-query-editor .view-lines')?.innerText ?? '').includes(%s)"""
OVERFLOW = "document.documentElement.scrollWidth > innerWidth"


@pytest.fixture
async def address(urls, make):
    """The service with tenant 56, scored."""
    make.history(make.tenant(), 400)
    process(urls.app, 56, Request.of(None, "latest"))
    async with serving(urls.app) as opened:
        yield opened


def assert_quiet(page, address):
    """Nothing went wrong, and nothing was asked of anybody else."""
    assert page.complaints == []
    hosts = {urlsplit(each).netloc for each in page.requests if not each.startswith(("data:", "blob:"))}
    assert hosts == {urlsplit(address).netloc}


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
async def test_the_first_example_runs_at_a_press_of_the_button(address, width, height):
    async with browsing(width, height) as page:
        await page.call("Page.navigate", url=f"{address}/graphql")
        await page.until(READY % "'RfmOverview'")
        await page.evaluate(f"{RUN}.click()")
        await page.until(f"({RESPONSE}).includes('customerCount')")
        assert not await page.evaluate(OVERFLOW)
        assert_quiet(page, address)


async def test_the_menu_opens_examples_with_their_variables(address):
    async with browsing() as page:
        await page.call("Page.navigate", url=f"{address}/graphql")
        await page.until(READY % "'RfmOverview'")
        await page.evaluate(CHOOSE % json.dumps("Audience preview"))
        await page.until(READY % "'AudiencePreview'")
        await page.evaluate(f"{RUN}.click()")
        await page.until(f"({RESPONSE}).includes('segmentPreview')")
        assert "errors" not in await page.evaluate(RESPONSE)
        assert_quiet(page, address)


async def test_a_subscription_goes_on_over_a_socket(address):
    async with browsing() as page:
        await page.call("Page.navigate", url=f"{address}/graphql")
        await page.until(READY % "'RfmOverview'")
        await page.evaluate(CHOOSE % json.dumps("Processing progress (subscription)"))
        await page.until(READY % "'ProcessingProgress'")
        await page.evaluate(f"{RUN}.click()")
        await page.until(f"({RESPONSE}).includes('SUCCEEDED')")
        assert any(each.startswith("ws://") for each in page.requests)
        assert_quiet(page, address)


async def test_the_token_is_sent_and_kept_in_the_tab_alone(address):
    async with browsing() as page:
        await page.call("Page.navigate", url=f"{address}/graphql")
        await page.until(READY % "'RfmOverview'")
        await page.evaluate("""document.querySelector('input[aria-label="Token"]').focus()""")
        await page.type("a.b.c")
        await page.evaluate("document.activeElement.blur()")
        await page.evaluate(f"{RUN}.click()")
        await page.until(f"({RESPONSE}).includes('customerCount')")
        assert "Bearer a.b.c" in page.tokens
        assert "a.b.c" in await page.evaluate("JSON.stringify({ ...sessionStorage })")
        assert "a.b.c" not in await page.evaluate("JSON.stringify({ ...localStorage })")


async def test_the_explorer_is_there(address):
    async with browsing() as page:
        await page.call("Page.navigate", url=f"{address}/graphql")
        shown = "document.querySelector('.graphiql-plugin')?.innerText ?? ''"
        button = "document.querySelectorAll('.graphiql-sidebar button')[1]"
        await page.until(f"{button} !== undefined && ({TITLES}).length > 1")
        await page.evaluate(f"{button}.click()")
        await page.until(f"({shown}).includes('databaseId')")
        assert_quiet(page, address)


async def test_the_rest_pages_load(address):
    async with browsing() as page:
        await page.call("Page.navigate", url=f"{address}/docs")
        await page.until("document.querySelectorAll('.opblock').length > 3")
        assert_quiet(page, address)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_of_this_schema(example):
    document = parse(example.read_text())
    assert validate(SCHEMA, document) == []


def test_what_is_served_was_built_from_these_sources():
    names = ["index.html", "licences.ts", "package-lock.json", "package.json", "vite.config.ts"]
    files = [SOURCE / name for name in names]
    for folder in ("examples", "src"):
        files += sorted((SOURCE / folder).iterdir())
    digest = hashlib.sha256(b"".join(each.read_bytes() for each in files)).hexdigest()
    built = (STATIC / "graphiql" / "source.sha256").read_text().strip()
    assert built == digest, "web/graphiql has changed: run make pages"


def test_pages_have_no_script_of_their_own_within():
    for page in STATIC.glob("*.html"):
        text = page.read_text()
        assert all(part.startswith((" src=", ' type="module" ')) for part in text.split("<script")[1:])
        assert "<style" not in text
