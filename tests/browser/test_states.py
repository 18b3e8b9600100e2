"""What holds for every page and state: axe, reflow, headings, still motion, a clean console."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.browser.conftest import (
    HEIGHT,
    Regular,
    axe_violations,
    look,
    overflows,
    sweep,
)
from tests.browser.stage import Stage
from tests.browser.states import STATES

OF_THE_THEME = ["color-contrast", "link-in-text-block"]
"""The rules whose answer depends on colours."""
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
word-spacing: .16em !important } p { margin-bottom: 2em !important }"""
NARROW = 320
"""A screen of 1280 pixels at 400 %, or the narrowest phone (WCAG 1.4.10)."""
REFLOWS = {
    16: ((1280, ""), (1280, SPACED), (390, ""), (NARROW, ""), (NARROW, SPACED)),
    32: ((1280, ""), (390, "")),
}
"""The text size that a browser is set to, and widths with the spacing that a reader imposes."""
RESTYLE = """css => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = css ? [sheet] : [];
}"""
CUT = """() => {
  const faults = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const isSeen = it => !it.closest('svg, option') && it.checkVisibility({visibilityProperty: true});
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const it = text.parentElement;
    if (!text.data.trim() || !isSeen(it)) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const ink = range.getBoundingClientRect();
    let [across, down] = [true, true];
    for (let around = it; around !== document.body; around = around.parentElement) {
      const {overflowX, overflowY} = getComputedStyle(around);
      across &&= !/auto|scroll/.test(overflowX);
      down &&= !/auto|scroll/.test(overflowY);
      if (!/hidden|clip/.test(overflowX + overflowY)) continue;
      const box = around.getBoundingClientRect();
      if (Math.min(box.width, box.height) <= 2) break;
      const past = Math.max(
        across ? Math.max(ink.right - box.right, box.left - ink.left) : 0,
        down ? Math.max(ink.bottom - box.bottom, box.top - ink.top) : 0);
      if (past > 2) faults.push(`"${text.data.trim().slice(0, 50)}" by .${around.className}`);
    }
  }
  return faults;
}"""
"""Text past an edge that hides it. What scrolls hides nothing; a box of a pixel is for the ear."""
MOVING = """() => [...document.querySelectorAll('*')].flatMap(it => {
  const style = getComputedStyle(it);
  const times = `${style.animationDuration},${style.transitionDuration}`.split(',');
  return times.some(time => parseFloat(time) > 0.01) ? [it.outerHTML.slice(0, 80)] : [];
})"""
HEADINGS = """() => [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')]
  .filter(it => it.checkVisibility()).map(it => Number(it.tagName[1]))"""


@pytest.fixture(autouse=True)
def empty_tables() -> None:
    """Keep the rows: a state is brought about once and then looked at from all sides."""


@pytest.fixture(scope="module")
def regular(chromium: Browser, address: str) -> Iterator[Regular]:
    visitor = Regular(chromium, address)
    yield visitor
    visitor.close()


@pytest.fixture(scope="module", params=STATES)
def state(request: pytest.FixtureRequest, regular: Regular, live_app: Flask) -> Iterator[Page]:
    """One state, opened once for all the tests of this file."""
    sweep(live_app)
    yield STATES[request.param](Stage(regular, live_app))
    assert regular.leave() == []


def set_text_size(page: Page, pixels: int) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("Page.setFontSizes", {"fontSizes": {"standard": pixels}})
    devtools.detach()


def misfits(page: Page, *, width: int, css: str) -> list[str]:
    """Return what runs off the side or is cut at this width; measured, so never painted."""
    page.evaluate(RESTYLE, css)
    page.set_viewport_size({"width": width, "height": HEIGHT})
    too_wide = overflows(page)
    return [*([f"{too_wide} px too wide"] if too_wide > 0 else []), *page.evaluate(CUT)]


def test_axe_finds_nothing(state: Page):
    """Wide and on a phone; colours do not hang on the width, so the dark ones are asked once."""
    faults = []
    for width in (1280, 390):
        look(state, width=width)
        faults += [f"{width}: {fault}" for fault in axe_violations(state)]
    look(state, width=390, theme="dark")
    faults += [f"dark: {fault}" for fault in axe_violations(state, OF_THE_THEME)]
    look(state)
    assert faults == []


def test_nothing_runs_off_the_side_or_is_cut(state: Page):
    faults = {}
    for size, looks in REFLOWS.items():
        set_text_size(state, size)
        for width, css in looks:
            found = misfits(state, width=width, css=css)
            faults |= {(size, width, bool(css)): found} if found else {}
    set_text_size(state, 16)
    look(state)
    assert faults == {}


def test_one_heading_of_the_first_level_in_one_main(state: Page):
    levels = state.evaluate(HEADINGS)
    assert levels.count(1) == 1
    assert [pair for pair in pairwise(levels) if pair[1] - pair[0] > 1] == []
    assert state.locator("main").count() == 1


def test_nothing_moves_for_those_who_asked_for_that(state: Page):
    assert state.evaluate(MOVING) == []
