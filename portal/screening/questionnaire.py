"""Which questions this person is asked, in which order, and what their answers mean as facts."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from portal.screening import taking
from portal.screening.closures import Closure, Definitions, build
from portal.screening.conditions import UNANSWERED
from portal.screening.questions import Option, Page, Question, read_page, read_question

__all__ = ["Option", "Page", "Question", "Questionnaire", "questionnaire"]

Answers = Mapping[str, Any]
REASKED = "_reasked"
"""Reserved: the keys that were "not sure" once and are now asked in other words."""
RECHECK = "_recheck"
"""Reserved: the keys asked again because the person's own words mention them."""
RESERVED = (REASKED, RECHECK)


class Questionnaire:
    """The questions and pages of one version of questions.toml.

    Answers are a plain JSON-able dict: a key that is absent has not been reached, None waits
    for its detail page, anything else is the answer.
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        """Read the tables; a TypeError, KeyError or BadConditionError means malformed data."""
        self.version: str = raw["version"]
        self.definitions = Definitions(raw["derived"])
        questions = [read_question(table) for table in raw["question"]]
        self.questions: Mapping[str, Question] = {one.key: one for one in questions}
        self.pages = tuple(read_page(table, self.questions) for table in raw["page"])
        self._shown: dict[str, Closure] = {}
        for question in questions:
            if question.when:
                self.definitions.check(question.when)
                self._shown[question.key] = build(question.when)
        self._blank = dict.fromkeys(self.questions)
        self.defaults: Mapping[str, Any] = dict(self._vocabulary())

    def _vocabulary(self) -> list[tuple[str, Any]]:
        """List the facts the rules may use, each with its value when nobody asked."""
        facts: list[tuple[str, Any]] = []
        for question in self.questions.values():
            if question.key == "inflammatory_extras":
                facts += [(value, "no") for value in question.values]
            elif question.key != "goals":
                facts.append((question.key, question.default))
        return facts

    # -- the path

    def path(self, answers: Answers) -> tuple[Page, ...]:
        """Every page on this person's way, each holding only what is asked of this person."""
        facts = self.definitions.extend({**self._blank, **answers})
        found = (self._fit(page, answers, facts) for page in self.pages)
        return tuple(page for page in found if page)

    def _fit(self, page: Page, answers: Answers, facts: dict[str, Any]) -> Page | None:
        """Return the page with what is asked of this person; None when that is nothing."""
        if page.recheck:
            wanted = answers.get(RECHECK) or []
            ticks, asks = page.ticks, tuple(key for key in page.asks if key in wanted)
        else:
            ticks = tuple(key for key in page.ticks if self._is_shown(key, facts))
            asks = tuple(
                key
                for key in page.asks
                if self._is_shown(key, facts) and self._is_due(page, key, answers)
            )
        if (ticks, asks) == (page.ticks, page.asks):
            return page if page.keys else None
        return replace(page, ticks=ticks, asks=asks) if ticks or asks else None

    def _is_shown(self, key: str, facts: dict[str, Any]) -> bool:
        return key not in self._shown or self._shown[key](facts)

    def _is_due(self, page: Page, key: str, answers: Answers) -> bool:
        """Whether a detail page has its turn: its item was ticked and has more to tell."""
        reasked = key in (answers.get(REASKED) or [])
        if page.again:
            return reasked
        if not page.detail:
            return True
        if reasked or key not in answers:
            return False
        value, question = answers[key], self.questions[key]
        return value is None or not (question.plain or question.is_clear(value))

    def asked(self, answers: Answers) -> tuple[str, ...]:
        """Every key on the path, once each."""
        return tuple(dict.fromkeys(key for page in self.path(answers) for key in page.keys))

    def missing(self, answers: Answers) -> tuple[str, ...]:
        """List the required keys on the path that have no answer yet."""
        return tuple(key for key in self.asked(answers) if self._is_missing(key, answers))

    def _is_missing(self, key: str, answers: Answers) -> bool:
        return self.questions[key].required and answers.get(key) is None

    def pending(self, answers: Answers) -> tuple[str, ...]:
        """Safety items the person has ticked whose detail is still to be asked.

        An URGENT page should wait for these: the detail may turn it into an EMERGENCY.
        """
        waiting = (key for key in self.asked(answers) if key in answers and answers[key] is None)
        return tuple(key for key in waiting if self.questions[key].safety)

    # -- moving along the path

    def next_page(self, answers: Answers, after: Page | None = None) -> Page | None:
        """Find the next page that lacks an answer, later ones first; None when all is answered."""
        open_pages = [page for page in self.path(answers) if self._is_open(page, answers)]
        behind = self._place(after) if after else -1
        ahead = [page for page in open_pages if self._place(page) > behind]
        return next(iter(ahead or open_pages), None)

    def first_unanswered(self, answers: Answers) -> Page | None:
        """Where someone who comes back goes on; None when all is answered."""
        return self.next_page(answers)

    def _is_open(self, page: Page, answers: Answers) -> bool:
        """Tell whether this page lacks an answer; a tick is one, its detail has its own page."""
        if any(key not in answers for key in page.ticks):
            return True
        return any(self._is_missing(key, answers) for key in page.asks)

    def _place(self, page: Page) -> int:
        return [each.slug for each in self.pages].index(page.slug)

    # -- answers

    def prune(self, answers: Answers) -> dict[str, Any]:
        """Drop what is no longer asked, and what that was the only reason to ask."""
        kept = dict(answers)
        while (fewer := self._prune_once(kept)) != kept:
            kept = fewer
        return kept

    def _prune_once(self, answers: dict[str, Any]) -> dict[str, Any]:
        asked = set(self.asked(answers))
        kept = {key: value for key, value in answers.items() if key in asked}
        if _is_above(kept.get("age_at_onset"), kept.get("age")):
            del kept["age_at_onset"]
        for reserved in RESERVED:
            if keys := [key for key in answers.get(reserved) or [] if key in kept]:
                kept[reserved] = keys
        return kept

    def take(
        self,
        page: Page,
        answers: Answers,
        submitted: Mapping[str, list[str]],
        *,
        now: date | None = None,
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Work out the answers after this page is sent, or what is wrong with it.

        With any error the answers stay as they were. `now` turns a year of birth into an age.
        """
        return taking.take(self, page, answers, submitted, now)

    def ticked(self, page: Page, answers: Answers) -> set[str]:
        """List the values that stand ticked when a group is shown again."""
        known = [key for key in page.ticks if key in answers]
        if page.not_sure and known and all(answers[key] is None for key in known):
            return {"not_sure"}
        marked = {key for key in known if not self.questions[key].is_clear(answers[key])}
        return marked or ({"none"} if page.ticks and len(known) == len(page.ticks) else set())

    def facts(self, answers: Answers) -> dict[str, Any]:
        """Put the answers in the vocabulary of the rules, with defaults where nobody asked.

        What is asked but has no answer yet is UNANSWERED: decide() then shows only what holds
        whatever the answer will be, and never CLEAR.
        """
        facts = dict(self.defaults)
        for key in self.asked(answers):
            facts.update(self._fact(key, answers.get(key)))
        return facts

    def _fact(self, key: str, value: Any) -> dict[str, Any]:
        question = self.questions[key]
        if value is None:
            value = UNANSWERED if question.required else question.default
        if key == "inflammatory_extras":
            return {each: _extra(each, value) for each in question.values}
        return {key: value} if key in self.defaults else {}


def _extra(value: str, chosen: Any) -> str:
    if chosen == UNANSWERED:
        return UNANSWERED
    return "yes" if value in chosen else "no"


def _is_above(value: object, limit: object) -> bool:
    return isinstance(value, int) and isinstance(limit, int) and value > limit


@cache
def questionnaire() -> Questionnaire:
    """Read the questionnaire as shipped, once."""
    text = resources.files(__package__).joinpath("questions.toml").read_text("utf-8")
    return Questionnaire(tomllib.loads(text))
