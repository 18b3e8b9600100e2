"""A real server, a real Chromium, and pages that fail the test on any console error."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from werkzeug.serving import make_server

from portal import create_app
from portal.clock import now
from portal.extensions import db
from portal.staff import cookie
from portal.staff.models import Role, Staff, StaffSession
from tests.conftest import empty, make_settings
from tests.desk.conftest import make_staff
from tests.stranger import Stranger

SWITCHED_OFF = [
    *["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess"],
    *["AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "PaintHolding"],
    *["HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "ThirdPartyStoragePartitioning"],
    *["AvoidCorsURLLoaderRestartOnRedirect", "LensOverlay", "MediaRouter", "OptimizationHints"],
    *["NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"],
]
"""The first three start two more processes with each context, for an address bar that nobody sees:
half of what a visit costs. The others are Playwright's own; a second list replaces the first."""
FLAGS = [
    "--no-sandbox",
    f"--disable-features={','.join(SWITCHED_OFF)}",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]
WIDTHS = (1280, 390, 320)
THEMES = ("light", "dark")
HEIGHT = 860
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VISIBLE_NAMES = {"label-content-name-mismatch": {"enabled": True}}
"""Off by default in axe: what is seen on a control must be in its accessible name (WCAG 2.5.3)."""
EXPECTED_NOISE = tuple(f"status of {code}" for code in (403, 404, 409, 410, 422, 429))
"""Chromium logs every 4xx answer as an error; for a page or a form it is what the test provokes."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    where = next(filter(None, map(shutil.which, names)), None)
    if where is None:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("REQUIRE_BROWSER is set and Chromium is not installed.")
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=where, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def live_app(fast_folder: Path) -> Flask:
    folder = fast_folder / "live"
    folder.mkdir()
    app = create_app(
        make_settings(
            folder,
            f"sqlite:///{folder / 'portal.sqlite'}",
            LEAD_MINIMUM_SECONDS="0",
            LEAD_RATE_LIMIT="10000 per minute",
            CHAT_RATE_LIMIT="10000 per minute",
            EMBED_HOSTS="http://localhost:*",
            SIGN_IN_RATE_LIMIT="10000 per minute",
        )
    )
    with app.app_context():
        upgrade()
    return app


@pytest.fixture(scope="session")
def address(live_app: Flask) -> Iterator[str]:
    """Where the server of this test session listens."""
    server = make_server("127.0.0.1", 0, live_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def sweep(app: Flask) -> None:
    """Delete every row."""
    with app.app_context():
        empty(db.engine)


@pytest.fixture(autouse=True)
def empty_tables(live_app: Flask) -> None:
    """Each browser test starts with no rows."""
    sweep(live_app)


class Visitor:
    """Opens pages as `visit("/", width=390, theme="dark", javascript=False)`.

    Console errors, page errors, policy violations and requests to other hosts are faults. A test
    that provokes one on purpose names it: `visit.expects("status of 500")`.
    """

    def __init__(self, chromium: Browser, address: str) -> None:
        self.faults: list[str] = []
        self._chromium, self._address = chromium, address
        self._contexts: list[BrowserContext] = []
        self._expected = list(EXPECTED_NOISE)
        self._foreign = False

    def __call__(
        self,
        path: str,
        *,
        width: int = 1280,
        theme: str = "light",
        javascript: bool = True,
        **options: Any,
    ) -> Page:
        context = self._chromium.new_context(
            base_url=self._address,
            viewport={"width": width, "height": HEIGHT},
            color_scheme=theme,
            java_script_enabled=javascript,
            **{"reduced_motion": "reduce", **options},
        )
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self._watch(request.url))
        page.goto(path)
        return page

    def expects(self, *noise: str) -> None:
        self._expected += noise

    def allows_requests(self) -> None:
        """Let this visitor's pages ask other hosts: they are not ours."""
        self._foreign = True

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        self._contexts.clear()

    def _hear(self, message: ConsoleMessage) -> None:
        url = message.location["url"]
        file_is_missing = "status of 404" in message.text and "/static/" in url
        expected = any(noise in message.text for noise in self._expected)
        if message.type == "error" and (file_is_missing or not expected):
            self.faults.append(f"{message.text} ({url})")

    def _watch(self, url: str) -> None:
        if not self._foreign and not url.startswith((self._address, "data:", "about:")):
            self.faults.append(f"a request left us for {url}")


class Regular(Visitor):
    """Keeps one page for one state after the other, and takes nothing along from state to state.

    Its renderer is warm, and its cache full of what never changes: a state costs half.
    """

    def __call__(
        self,
        path: str,
        *,
        width: int = 1280,
        theme: str = "light",
        storage_state: Mapping[str, Any] | None = None,
    ) -> Page:
        if not self._contexts:
            super().__call__("about:blank")
        [context] = self._contexts
        [page] = context.pages
        if storage_state:
            context.add_cookies(storage_state["cookies"])
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme=theme)
        page.goto(path)
        return page

    def leave(self) -> list[str]:
        """Forget everything, and return the faults of this state."""
        [page] = self._contexts[0].pages
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
        page.mouse.move(0, 0)
        page.context.clear_cookies()
        faults, self.faults = self.faults, []
        return faults


Visit = Visitor


@pytest.fixture
def visit(chromium: Browser, address: str) -> Iterator[Visitor]:
    visitor = Visitor(chromium, address)
    yield visitor
    visitor.close()
    assert visitor.faults == []


def ask(app: Flask, form: str = "/consult", **answers: Any) -> Stranger:
    """Send a form in-process; the person then stands at the first page of their health check."""
    stranger = Stranger(app.test_client(), **answers)
    stranger.ask(form)
    assert stranger.page.path.startswith("/health-check/"), stranger.page.text
    return stranger


@pytest.fixture
def asked(live_app: Flask) -> Callable[..., Stranger]:
    """Bring somebody to their health check without a browser: `asked(surgery="lt_12w").walk()`."""
    return lambda form="/consult", **answers: ask(live_app, form, **answers)


def sign_in(app: Flask, role: Role) -> dict[str, Any]:
    """Return the options of a browser at which somebody in this role has signed in."""
    return seat(app, f"{role.value.title()} Test", role)


def seat(app: Flask, name: str, role: Role = Role.DESK) -> dict[str, Any]:
    """Return the options of a browser at which this person has signed in, hired if need be."""
    token = cookie.new_token()
    with app.app_context():
        staff = db.session.scalars(db.select(Staff).where(Staff.name == name)).one_or_none()
        staff = staff or make_staff(name, role)
        session = StaffSession(staff_id=staff.id, token_hash=cookie.hash_of(token))
        session.created_at = session.seen_at = now()
        db.session.add(session)
        db.session.commit()
        db.session.remove()
    kept = {"name": "desk", "value": token, "domain": "127.0.0.1", "path": "/", "expires": -1}
    kept |= {"httpOnly": True, "secure": False, "sameSite": "Lax"}
    return {"storage_state": {"cookies": [kept], "origins": []}}


@pytest.fixture
def signed_in(live_app: Flask) -> Callable[[Role], dict[str, Any]]:
    """Sit somebody at the desk: `visit("/desk/", **signed_in(Role.COACH))`."""
    return lambda role: sign_in(live_app, role)


def axe_violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """Return what axe finds on the page as it stands, a line each; `rules` narrows it down."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    run = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": RULES}
    options = {"runOnly": run, "resultTypes": ["violations"], "preload": False}
    found = page.evaluate(
        "options => axe.run(document, options)", options | {"rules": {} if rules else VISIBLE_NAMES}
    )
    return [
        f"{violation['id']}: {[node['target'] for node in violation['nodes']][:3]}"
        for violation in found["violations"]
    ]


def look(page: Page, *, width: int = 1280, theme: str = "light") -> None:
    """Give the page another width and theme, and the frames it takes to be painted so."""
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.emulate_media(color_scheme=theme)
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 20)))")


def overflows(page: Page) -> int:
    """Return by how many pixels the page scrolls sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
