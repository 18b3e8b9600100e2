"""What one page of the health check shows: its controls, what stands in them, how far it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.screening import questionnaire
from portal.screening.questions import Page, Question

NONE = ("none", "None of these")
NOT_SURE = ("not_sure", "I am not sure")
DETAILS = "more-"
"""Pages whose slug begins so belong to the question before them and are not counted."""
KNOWN_AFTER = "pain_sites"
"""The answer after which the number of questions can only change by going back."""

Answers = Mapping[str, Any]
Submitted = Mapping[str, list[str]]


@dataclass(frozen=True)
class Control:
    """One question as a control; `values` holds what is ticked or typed."""

    name: str
    kind: str
    text: str
    hint: str
    choices: tuple[tuple[str, ...], ...]
    values: tuple[str, ...]
    optional: bool
    low: str = ""
    high: str = ""


@dataclass(frozen=True)
class Progress:
    """The number of this question, of how many when that is certain, and its part when detailed."""

    now: int
    total: int | None
    part: int


@dataclass(frozen=True)
class Screen:
    """A page ready to be drawn; with `single` its one question is the heading."""

    slug: str
    title: str
    hint: str
    why: str
    controls: tuple[Control, ...]
    single: bool
    progress: Progress


def screen(page: Page, answers: Answers, submitted: Submitted | None = None) -> Screen:
    """Return a page with the answers on it, or with what was just sent when that was refused."""
    asked = questionnaire()
    controls = [_group(page, answers, submitted)] if page.ticks else []
    controls += [_control(asked.questions[key], answers, submitted) for key in page.asks]
    single = len(controls) == 1 and controls[0].text == page.title
    if single and page.again:
        controls = [_in_other_words(controls[0], page)]
    return Screen(
        slug=page.slug,
        title=page.title,
        hint=page.hint,
        why=page.why or _why_of_group(page, answers),
        controls=tuple(controls),
        single=single,
        progress=progress(page, answers),
    )


def _group(page: Page, answers: Answers, submitted: Submitted | None) -> Control:
    asked = questionnaire()
    items = (asked.questions[key] for key in page.ticks)
    ticked = _ticked(page, answers) if submitted is None else submitted.get("ticks", [])
    return Control(
        name="ticks",
        kind="ticks",
        text=page.title,
        hint=page.hint,
        choices=(
            *((item.key, item.tick) for item in items),
            NONE,
            *((NOT_SURE,) if page.not_sure else ()),
        ),
        values=tuple(ticked),
        optional=False,
    )


def _ticked(page: Page, answers: Answers) -> set[str]:
    """Return what stands ticked, also in a group that has got more items since it was sent."""
    asked = questionnaire()
    return asked.ticked(page, answers) or {
        key
        for key in page.ticks
        if key in answers and not asked.questions[key].is_clear(answers[key])
    }


def _control(question: Question, answers: Answers, submitted: Submitted | None) -> Control:
    options = tuple((option.value, option.label) for option in question.options)
    return Control(
        name=question.key,
        kind=question.kind,
        text=question.text,
        hint=question.help,
        choices=(*options, NONE) if question.kind == "multi" else options,
        values=_values(question, answers)
        if submitted is None
        else tuple(submitted.get(question.key, [])),
        optional=not question.required,
        low=question.low,
        high=question.high,
    )


def _values(question: Question, answers: Answers) -> tuple[str, ...]:
    value = answers.get(question.key)
    if isinstance(value, list):
        return tuple(value) or (NONE[0],)
    return () if value is None else (str(value),)


def _in_other_words(control: Control, page: Page) -> Control:
    return Control(**{**vars(control), "hint": page.hint})


def _why_of_group(page: Page, answers: Answers) -> str:
    """Return why we ask, for a detail page: the reason given on the question that it belongs to."""
    reason = ""
    for each in questionnaire().path(answers):
        reason = each.why or reason
        if each.slug == page.slug:
            break
    return reason


def progress(page: Page, answers: Answers) -> Progress:
    """Return how far along a page is; the total is left out while it could still grow."""
    path = questionnaire().path(answers)
    slugs = [each.slug for each in path]
    place = slugs.index(page.slug) if page.slug in slugs else 0
    counted = [number for number, each in enumerate(path) if _counts(each)]
    mine = [number for number in counted if number <= place] or [0]
    return Progress(
        now=len(mine),
        total=len(counted) if answers.get(KNOWN_AFTER) is not None else None,
        part=place - mine[-1] + 1,
    )


def _counts(page: Page) -> bool:
    return not page.recheck and not page.slug.startswith(DETAILS)


def before(page: Page, answers: Answers) -> Page | None:
    """Return the page that Back leads to, None from the first."""
    path = questionnaire().path(answers)
    slugs = [each.slug for each in path]
    place = slugs.index(page.slug) if page.slug in slugs else 0
    return path[place - 1] if place else None


@dataclass(frozen=True)
class Open:
    """A question without an answer, or a group of them, and the page that asks."""

    text: str
    names: tuple[str, ...]
    slug: str


def still_open(answers: Answers) -> list[Open]:
    """Return by name what still needs an answer; a group never sent is one entry."""
    asked, found, named = questionnaire(), [], set[str]()
    missing = asked.missing(answers)
    for page in asked.path(answers):
        if any(key not in answers for key in page.ticks):
            names = tuple(asked.questions[key].short for key in page.ticks)
            found.append(Open(page.title, names, page.slug))
            named.update(page.ticks)
        alone = [key for key in page.asks if key in missing and key not in named]
        found += [Open(asked.questions[key].text, (), page.slug) for key in alone]
        named.update(alone)
    return found


@dataclass(frozen=True)
class Row:
    """One line of "Check your answers", with the page and the control that change it."""

    label: str
    answers: tuple[str, ...]
    slug: str
    control: str


def rows(answers: Answers) -> tuple[Row, ...]:
    """Return every answer in the order of the pages, each with its way back."""
    return tuple(row for page in questionnaire().path(answers) for row in _rows_of(page, answers))


def _rows_of(page: Page, answers: Answers) -> list[Row]:
    asked = questionnaire()
    found = []
    if page.ticks:
        ticked = asked.ticked(page, answers)
        said = [asked.questions[key].tick for key in page.ticks if key in ticked]
        alone = [words for value, words in (NONE, NOT_SURE) if value in ticked]
        found.append(Row(page.title, tuple(said or alone), page.slug, "ticks"))
    for key in page.asks:
        question, value = asked.questions[key], answers.get(key)
        said = ["Not provided"] if value in (None, "") else [question.label_of(value)]
        found.append(Row(question.short or question.text, tuple(said), page.slug, key))
    return found
