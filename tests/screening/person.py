"""Someone who walks through the health check, page by page, as the web does."""

from datetime import date

from portal.screening import decide, questionnaire
from portal.screening.questions import Page

NOW = date(2026, 11, 22)
CHECK_YOUR_ANSWERS = 1
"""The one press on the way to the result that is not a page of the questionnaire."""


class Person:
    """Answers `none` to every group and the mildest to every question, unless told otherwise."""

    def __init__(self, **told):
        self.told = {
            key: value if isinstance(value, list) else [value] for key, value in told.items()
        }
        self.answers = {}
        self.seen = []

    def walk(self, until=None):
        """Press Continue until the path ends, or the decision needs no more, or at `until`."""
        asked = questionnaire()
        page = asked.next_page(self.answers)
        while page and page.slug != until:
            assert len(self.seen) < 80, self.seen
            self.press(page)
            page = asked.next_page(self.answers, page)
        return self

    def press(self, page):
        self.seen.append(page.slug)
        self.answers, errors = questionnaire().take(page, self.answers, self.fill(page), now=NOW)
        assert errors == {}, (page.slug, errors)

    def fill(self, page: Page):
        offered = {*page.ticks, "not_sure"}
        mine = [value for value in self.told.get(page.slug, []) if value in offered]
        ticks = {"ticks": mine or ["none"]} if page.ticks else {}
        return {**ticks, **{key: self.fill_one(key, page) for key in page.asks}}

    def fill_one(self, key, page):
        question = questionnaire().questions[key]
        usual = {"age": ["40"], "age_at_onset": ["38"], "confidence": ["8"]}
        if page.again and f"{key}_again" in self.told:
            return self.told[f"{key}_again"]
        if key in self.told or key in usual:
            return self.told.get(key) or usual[key]
        if question.kind == "choice":
            return [question.clear if question.clear in question.values else question.values[0]]
        return {"multi": ["none"], "text": [""]}.get(question.kind, ["2"])

    @property
    def presses(self):
        """Every Continue, the one on "Check your answers" included."""
        return len(self.seen) + CHECK_YOUR_ANSWERS

    @property
    def decision(self):
        return decide(questionnaire().facts(self.answers))
