"""The stranger's hands in Chromium: they read a page's controls, fill them in and press."""

import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Locator, Page

from tests.stranger import LONGEST_WAY, Control, Person

BUTTONS = re.compile("^(Continue|Send my answers|Send what I have)")
PATIENCE = 10
READ = """form => [...form.elements].filter(it => it.name).map(it => ({
  name: it.name, kind: it.type === 'select-one' ? 'select' : it.type, value: it.value,
  checked: it.checked, options: [...(it.options ?? [])].map(option => option.value),
}))"""


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait from outside the page, so that it works without JavaScript too."""
    latest = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < latest, f"nothing happened at {page.url}"
        page.wait_for_timeout(10)


class Hands:
    """A person at a screen; `form` says which form of the page is meant."""

    def __init__(self, page: Page, person: Person, form: str = "main form") -> None:
        self.page, self.person, self._form = page, person, form

    @property
    def disposition(self) -> str | None:
        return self.page.locator("main").get_attribute("data-disposition")

    @property
    def is_refused(self) -> bool:
        return self.page.title().startswith("Error: ")

    @property
    def place(self) -> str:
        """The last part of the address."""
        return self.page.url.rsplit("/", 1)[-1]

    def fill(self) -> None:
        """Put into every control what this person would say."""
        for control in self.controls():
            wanted = self.person.reply(control)
            if wanted != control.standing:
                self.put(control, wanted)

    def press(self) -> None:
        """Send the form, and wait for the page that comes of it, whole.

        Chromium refuses to go back from a page that is still coming.
        """
        before = self.page.url
        self.button.click()
        until(self.page, lambda: self.page.url != before or self.is_refused)
        self.page.wait_for_load_state()

    def walk(self, *, each: Callable[[], Any] = lambda: None) -> None:
        """Go page after page to the outcome; `each` looks at every page before it is filled in.

        Somebody who leaves an answer empty answers the rest, and then sends what there is.
        """
        left_out: set[str] = set()
        for _ in range(LONGEST_WAY):
            each()
            if self.disposition:
                if not self._go_on_beside(left_out):
                    return
                continue
            self.fill()
            self.press()
            if self.is_refused:
                left_out.add(urlsplit(self.page.url).path)
                self.page.goto(urljoin(self.page.url, "check"))
        raise AssertionError(f"no end in sight at {self.page.url}")

    def _go_on_beside(self, left_out: set[str]) -> bool:
        """Take up what is still open, or send without it; False when there is nothing to do."""
        links = self.page.locator("main .open a").evaluate_all(
            "found => found.map(it => it.getAttribute('href'))"
        )
        still_open = [path for path in links if path not in left_out]
        if still_open:
            self.page.goto(still_open[0])
        elif self.page.get_by_role("button", name=BUTTONS).count():
            self.press()
        else:
            return False
        return True

    @property
    def where(self) -> Locator:
        return self.page.locator(self._form).last

    @property
    def button(self) -> Locator:
        return self.where.get_by_role("button", name=BUTTONS)

    def controls(self) -> list[Control]:
        controls: dict[str, Control] = {}
        for found in self.where.evaluate(READ):
            control = controls.setdefault(found["name"], Control(found["name"], found["kind"]))
            control.offered += found["options"]
            if found["kind"] in {"radio", "checkbox"}:
                control.offered.append(found["value"])
            if found["checked"] or found["kind"] not in {"radio", "checkbox"}:
                control.standing.append(found["value"])
        return list(controls.values())

    def put(self, control: Control, wanted: list[str]) -> None:
        named = self.where.locator(f"[name={control.name}]")
        if control.kind == "select":
            named.select_option(wanted[0])
        elif control.kind in {"radio", "checkbox"}:
            for value in wanted:
                named.and_(self.page.locator(f'[value="{value}"]')).check()
        else:
            named.fill("".join(wanted))
