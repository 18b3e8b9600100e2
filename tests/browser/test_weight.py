"""What the open pages cost somebody on a phone, as Chromium counts it."""

from typing import Any

import pytest
from playwright.sync_api import Page

from portal.site.reading import OPEN_PAGES
from tests.browser.conftest import Visit

ARTICLE = "/articles/sore-back"
COLD_BYTES, COLD_REQUESTS = 50 * 1024, 7


def load(page: Page, path: str) -> list[tuple[str, int]]:
    """Open a page; returns what came over the line, headers and all, by address."""
    devtools = page.context.new_cdp_session(page)
    urls: dict[str, str] = {}
    loaded: list[tuple[str, int]] = []

    def begin(event: dict[str, Any]) -> None:
        urls[event["requestId"]] = event["request"]["url"]

    def end(event: dict[str, Any]) -> None:
        if event["encodedDataLength"]:
            loaded.append((urls[event["requestId"]], int(event["encodedDataLength"])))

    devtools.on("Network.requestWillBeSent", begin)
    devtools.on("Network.loadingFinished", end)
    devtools.send("Network.enable")
    page.goto(path, wait_until="networkidle")
    devtools.detach()
    return loaded


@pytest.mark.parametrize("path", [*OPEN_PAGES, ARTICLE])
def test_every_open_page_is_light(visit: Visit, path):
    cold = load(visit("about:blank", width=390), path)
    assert len(cold) <= COLD_REQUESTS, cold
    assert sum(size for _, size in cold) <= COLD_BYTES, cold


def test_next_page_brings_itself_alone(visit: Visit):
    page = visit("about:blank", width=390)
    load(page, ARTICLE)
    warm = load(page, ARTICLE)
    assert [url for url, _ in warm] == [page.url]
