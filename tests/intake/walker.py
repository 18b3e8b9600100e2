"""Answers the health check as a person without JavaScript does: reads, fills in, presses."""

from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

MILD = {
    "age": "35",
    "guardian_present": "no",
    "leg_course": "stable",
    "onset": "gradual",
    "trauma_checked": "no",
    "duration": "lt_2w",
    "trend": "better",
    "nprs": "3",
    "fear_move": "2",
    "confidence": "7",
    "pain_pattern": "mechanical",
    "age_at_onset": "30",
    "active_regular": "yes",
    "goal_intensity": "moderate",
    "goals": "",
    "free_text": "",
}
"""What a person answers where a test does not say; everything else is No or None of these."""


class Document:
    """A page of ours, taken apart."""

    def __init__(self, response: TestResponse) -> None:
        self.status = response.status_code
        self.path = urlsplit(response.request.url).path
        self.text = response.get_data(as_text=True)
        self.tree = html.document_fromstring(self.text)

    def all(self, name: str) -> list[Any]:
        return list(self.tree.iter(name))

    @property
    def main(self) -> Any:
        return self.all("main")[0]

    @property
    def disposition(self) -> str | None:
        return self.main.get("data-disposition")

    @property
    def heading(self) -> str:
        return words(self.all("h1")[0])

    @property
    def title(self) -> str:
        return words(self.all("title")[0])

    @property
    def form(self) -> Any:
        return next(self.main.iter("form"))

    @cached_property
    def controls(self) -> dict[str, list[Any]]:
        """The controls of the form in main, by name."""
        found: dict[str, list[Any]] = {}
        for each in self.form.iter():
            if each.get("name"):
                found.setdefault(each.get("name"), []).append(each)
        return found

    def kept(self, name: str) -> list[str]:
        """What stands in a control: typed, ticked or selected."""
        values = []
        for each in self.controls[name]:
            if each.tag == "textarea":
                values.append((each.text or "").removeprefix("\n"))
            elif each.get("type") not in {"radio", "checkbox"}:
                values.append(each.get("value") or "")
            elif each.get("checked") is not None:
                values.append(each.get("value"))
        return values

    def link(self, text: str) -> str:
        """Where the first link with these words leads."""
        return next(each.get("href") for each in self.all("a") if text in words(each))

    @property
    def says(self) -> str:
        return words(self.main)


def words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


class Walker:
    """One person in one browser. `answers` uses the vocabulary of the questionnaire."""

    def __init__(self, client: FlaskClient, url: str, **answers: Any) -> None:
        self.client, self.answers, self.presses = client, answers, 0
        self.page = self.visit(url)

    def visit(self, url: str) -> Document:
        self.page = Document(self.client.get(urljoin("/", url), follow_redirects=True))
        return self.page

    def press(self, **fields: Any) -> Document:
        """Fill the form of this page, `fields` above what the person would say, and send it."""
        said = {**self._filled(), **fields}
        sent = {name: value for name, value in said.items() if value is not None}
        self.presses += 1
        action = urljoin(self.page.path, self.page.form.get("action"))
        self.page = Document(self.client.post(action, data=sent, follow_redirects=True))
        return self.page

    def walk(self, *, until: str | None = None) -> Document:
        """Press on to the result, or to the page whose address ends so."""
        for _ in range(60):
            if self.page.disposition or (until and self.page.path.endswith(until)):
                return self.page
            before = self.page.path
            self.press()
            assert self.page.status == 200, (before, self.page.says)
        raise AssertionError(f"no end in sight at {self.page.path}")

    def _filled(self) -> dict[str, Any]:
        return {
            name: self._answer(name, found)
            for name, found in self.page.controls.items()
            if name != "ticks" or found
        }

    def _answer(self, name: str, found: list[Any]) -> Any:
        if found[0].get("type") == "hidden":
            return found[0].get("value")
        if name == "consent":
            return found[0].get("value")
        values = [each.get("value") for each in found]
        if name == "ticks":
            return [key for key in values if self._is_ticked(key)] or ["none"]
        said = self.answers.get(name, MILD.get(name))
        if said is None and values[0] is not None:
            return values[0] if "none" not in values else "none"
        if isinstance(said, list):
            return said or ["none"]
        return "" if said is None else str(said)

    def _is_ticked(self, key: str) -> bool:
        return self.answers.get(key, "no") not in ("no", "none", [])
