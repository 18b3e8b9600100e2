"""A stranger who reads what a page asks and answers it: the same person by post and in Chromium."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.intake.walker import MILD

ROBIN = {"name": "Robin Test", "email": "robin@example.com", "reason": "back"}
LONGEST_WAY = 60
ONSET = 30
ALONE = ("none", "not_sure")
NOT_TICKED = ("no", "none", [])


@dataclass
class Control:
    """One control of a form, or a group of boxes: what it offers and what stands in it."""

    name: str
    kind: str
    offered: list[str] = field(default_factory=list)
    standing: list[str] = field(default_factory=list)


@dataclass
class Person:
    """What somebody would answer, by answer key; a key given as None is left empty.

    What a test does not say is answered the mild way: No, None of these, or the middle.
    """

    answers: dict[str, Any]

    def reply(self, control: Control) -> list[str]:
        """Return the values this person puts into a control."""
        if control.kind == "hidden":
            return control.standing
        if control.name == "ticks":
            return [key for key in control.offered if self._has(key)] or ["none"]
        if control.name in self.answers:
            return self._told(self.answers[control.name])
        if control.name == "age_at_onset":
            return [str(min(ONSET, int(self.answers.get("age", ONSET))))]
        if control.name in MILD:
            return [MILD[control.name]]
        return self._mild(control)

    def _has(self, key: str) -> bool:
        return key not in ALONE and self.answers.get(key, "no") not in NOT_TICKED

    def _told(self, answer: Any) -> list[str]:
        if answer is None:
            return []
        return (answer or ["none"]) if isinstance(answer, list) else [str(answer)]

    def _mild(self, control: Control) -> list[str]:
        if control.name == "marketing":
            return []
        if control.standing or not control.offered:
            return control.standing
        return ["none" if "none" in control.offered else next(filter(None, control.offered))]


class Page(HTMLParser):
    """What a stranger sees of a page: its outcome, and the form that stands in `main`."""

    def __init__(self, answer: TestResponse) -> None:
        super().__init__()
        self.status = answer.status_code
        self.path = urlsplit(answer.request.url).path
        self.text = answer.text
        self.disposition: str | None = None
        self.action = ""
        self.controls: dict[str, Control] = {}
        self.still_open: list[str] = []
        self._in_main = self._in_form = False
        self._option_of: Control | None = None
        self.feed(self.text)

    @property
    def place(self) -> str:
        """The last part of the address: the page of the health check by name."""
        return self.path.rsplit("/", 1)[-1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "main":
            self._in_main, self.disposition = True, found.get("data-disposition")
        elif tag == "a" and self.disposition == "INCOMPLETE":
            self._note_link(found.get("href", ""))
        elif tag == "form" and self._in_main and not self.action:
            self._in_form, self.action = True, found["action"]
        elif self._in_form and tag in {"input", "select", "textarea"}:
            self._option_of = self._note(tag, found)
        elif self._in_form and tag == "option" and self._option_of:
            self._option_of.offered.append(found["value"])
            if "selected" in found:
                self._option_of.standing = [found["value"]]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._in_form = False
        elif tag == "main":
            self._in_main = False

    def _note_link(self, href: str) -> None:
        if href.startswith(self.path.rsplit("/", 1)[0]):
            self.still_open.append(href)

    def _note(self, tag: str, found: dict[str, str]) -> Control:
        kind = found.get("type", "text") if tag == "input" else tag
        control = self.controls.setdefault(found["name"], Control(found["name"], kind))
        value = found.get("value", "")
        if kind in {"radio", "checkbox"}:
            control.offered.append(value)
        if tag == "input" and (kind not in {"radio", "checkbox"} or "checked" in found):
            control.standing.append(value)
        return control


class Stranger:
    """A person at a browser without scripts."""

    def __init__(self, client: FlaskClient, **answers: Any) -> None:
        self.client, self.person = client, Person({**ROBIN, **answers})

    def open(self, path: str) -> Page:
        self.page = Page(self.client.get(path, follow_redirects=True))
        return self.page

    def press(self) -> Page:
        """Fill in the form of this page and send it."""
        sent = {name: self.person.reply(each) for name, each in self.page.controls.items()}
        action = urljoin(self.page.path, self.page.action)
        self.page = Page(self.client.post(action, data=sent, follow_redirects=True))
        return self.page

    def ask(self, path: str = "/consult") -> Page:
        """Send the form that the studio's pages lead to; ends at the health check's first page."""
        self.open(path)
        return self.press()

    def walk(self, until: str | None = None) -> Page:
        """Answer page after page to the outcome, or to the page of this name.

        Somebody who leaves an answer empty answers the rest, and then sends what there is.
        """
        left_out: set[str] = set()
        for _ in range(LONGEST_WAY):
            if self.page.place == until or (self.page.disposition and not self.page.still_open):
                return self.page
            if self.page.disposition:
                open_pages = [path for path in self.page.still_open if path not in left_out]
                if not open_pages:
                    return self.press() if self.page.action else self.page
                self.open(open_pages[0])
            elif self.press().status != HTTPStatus.OK:
                left_out.add(self.page.path)
                self.open(urljoin(self.page.path, "check"))
        raise AssertionError(f"no end in sight at {self.page.path}")
