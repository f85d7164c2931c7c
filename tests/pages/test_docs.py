"""The page of REST v2 in a browser: all of it from here, and a press of a button asks."""

from urllib.parse import urlsplit

import pytest

from tests.live import serving
from tests.pages.browser import browsing

OPERATION = "document.querySelector('.opblock[id$=getProcessingStatus]%s')"
ANSWER = f"({OPERATION % ' .live-responses-table'}?.innerText ?? '')"
OVERFLOW = "document.documentElement.scrollWidth > innerWidth"


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
async def test_operations_are_shown_in_both_languages_and_tried_out(urls, make, width, height):
    make.tenant()
    async with serving(urls.app) as address, browsing(width, height) as page:
        await page.call("Page.navigate", url=f"{address}/docs")
        await page.until("document.querySelectorAll('.opblock').length > 14")
        await page.evaluate(f"{OPERATION % ' button'}.click()")
        await page.until(f"{OPERATION % ' .execute'} !== null")
        await page.until(f"{OPERATION % ''}.innerText.includes('English')")
        text = await page.evaluate(f"{OPERATION % ''}.innerText")
        assert "English" in text
        assert "Obtiene el estado del procesamiento" in text
        await page.evaluate(f"{OPERATION % ' .execute'}.click()")
        await page.until(f"{ANSWER}.includes('never_processed')")
        assert not await page.evaluate(OVERFLOW)
        assert page.complaints == []
        hosts = {urlsplit(each).netloc for each in page.requests if not each.startswith(("data:", "blob:"))}
        assert hosts == {urlsplit(address).netloc}
