"""What a submitted page does to the answers: pure, and it never raises on bad input."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from portal.screening.questions import Page, Question
from portal.screening.watch import watch

if TYPE_CHECKING:
    from portal.screening.questionnaire import Questionnaire

BOTH = 'Select the ones that apply, or select "None of these", not both'
BOTH_NOT_SURE = 'Select the ones that apply, or select "I am not sure", not both'
EARLIEST_BIRTH = 1900
CAUTIOUS_YEARS = (16, 18)
NOTES = ("goals", "free_text")

Answers = dict[str, Any]
Submitted = Mapping[str, list[str]]


class RefusedError(ValueError):
    """A control holds nothing, or something we did not offer; the message is for the person."""


def take(
    asked: Questionnaire,
    page: Page,
    answers: Mapping[str, Any],
    submitted: Submitted,
    now: date | None,
) -> tuple[Answers, dict[str, str]]:
    """See Questionnaire.take."""
    taken, errors = _collect(asked, page, answers, submitted, now)
    if errors:
        return dict(answers), errors
    changed = {**answers, **taken}
    _reask(asked, page, taken, changed)
    if notes := [taken[key] for key in NOTES if key in taken]:
        _recheck(asked, "\n".join(notes), answers, changed)
    return asked.prune(changed), {}


def _collect(
    asked: Questionnaire,
    page: Page,
    answers: Mapping[str, Any],
    submitted: Submitted,
    now: date | None,
) -> tuple[Answers, dict[str, str]]:
    """Read every control of the page, so that all mistakes are shown at once."""
    taken: Answers = {}
    errors: dict[str, str] = {}
    if page.ticks:
        try:
            taken |= _read_ticks(asked, page, answers, submitted.get("ticks", []))
        except RefusedError as refused:
            errors["ticks"] = str(refused)
    for key in page.asks:
        try:
            question = asked.questions[key]
            taken[key] = _read(question, submitted.get(key, []), answers, now)
        except RefusedError as refused:
            errors[key] = str(refused)
    return taken, errors


def _read_ticks(
    asked: Questionnaire, page: Page, answers: Mapping[str, Any], values: list[str]
) -> Answers:
    offered = {*page.ticks, "none", *(["not_sure"] if page.not_sure else [])}
    if not values or not set(values) <= offered:
        raise RefusedError(page.error)
    for alone, message in (("none", BOTH), ("not_sure", BOTH_NOT_SURE)):
        if alone in values and set(values) != {alone}:
            raise RefusedError(message)
    unsure = "not_sure" in values
    return {
        key: _ticked(asked.questions[key], answers.get(key), unsure=unsure)
        if unsure or key in values
        else asked.questions[key].clear
        for key in page.ticks
    }


def _ticked(question: Question, before: Any, *, unsure: bool) -> Any:
    """Keep an answer that already says more than the tick; else its detail is pending."""
    if before is not None and not question.is_clear(before):
        return before
    return "yes" if question.plain and not unsure else None


def _read(
    question: Question, values: list[str], answers: Mapping[str, Any], now: date | None
) -> Any:
    if question.key == "age":
        return _read_age(question, _only(values), now)
    if question.key == "age_at_onset":
        return _read_age_at_onset(question, _only(values), answers.get("age"))
    return READERS[question.kind](question, values)


def _only(values: list[str]) -> str:
    return values[0].strip() if len(values) == 1 else ""


def _read_choice(question: Question, values: list[str]) -> str:
    if _only(values) not in question.values:
        raise RefusedError(question.error)
    return _only(values)


def _read_multi(question: Question, values: list[str]) -> list[str]:
    chosen = set(values)
    if not chosen or not chosen <= {*question.values, "none"}:
        raise RefusedError(question.error)
    if "none" in chosen and chosen != {"none"}:
        raise RefusedError(BOTH)
    return [value for value in question.values if value in chosen]


def _read_number(question: Question, values: list[str]) -> int:
    number = _whole(_only(values))
    if number is None or not question.minimum <= number <= question.maximum:
        raise RefusedError(question.error)
    return number


def _read_text(question: Question, values: list[str]) -> str:
    text = "\n".join(_only(values).splitlines())
    if len(text) > question.maximum:
        raise RefusedError(question.error)
    return text


READERS: dict[str, Callable[[Question, list[str]], Any]] = {
    "choice": _read_choice,
    "multi": _read_multi,
    "number": _read_number,
    "scale": _read_number,
    "text": _read_text,
}


def _whole(typed: str) -> int | None:
    """Read a whole number of at most four digits, or give None."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else None  # noqa: PLR2004


def _read_age(question: Question, typed: str, now: date | None) -> int:
    """Whole years, from an age or from a year of birth.

    A year alone leaves two ages open. We take the older, which asks the most questions, except
    where it would just reach 16 or 18: there the younger one keeps the grown-up in the room.
    """
    number = _whole(typed)
    if number is not None and now is not None and EARLIEST_BIRTH <= number <= now.year:
        older = now.year - number
        number = older - 1 if older in CAUTIOUS_YEARS else older
    if number is None or not question.minimum <= number <= question.maximum:
        raise RefusedError(question.error)
    return number


def _read_age_at_onset(question: Question, typed: str, age: object) -> int | None:
    """Whole years, or None from somebody who does not know: the rules then take today's age."""
    if not typed:
        return None
    number = _read_number(question, [typed])
    if isinstance(age, int) and number > age:
        raise RefusedError(f"Age when it first began must be {age} or less")
    return number


def _reask(asked: Questionnaire, page: Page, taken: Answers, changed: Answers) -> None:
    """Ask once more in other words after a first "not sure"; the second one stands."""
    reasked = list(changed.get("_reasked") or [])
    for key, value in taken.items():
        question = asked.questions[key]
        if value == "not_sure" and question.again and key not in reasked:
            reasked.append(key)
            changed[key] = None
        elif question.is_clear(value) and key in reasked and not page.again:
            reasked.remove(key)
    changed["_reasked"] = reasked


def _recheck(asked: Questionnaire, text: str, before: Mapping[str, Any], changed: Answers) -> None:
    """Ask again what the person's own words mention and their answers deny."""
    known = before.get("_recheck") or []
    wanted = [key for key in watch(text) if _is_denied(asked, key, before)]
    for key in wanted:
        if key not in known:
            changed[key] = None
    changed["_recheck"] = [key for key in watch(text) if key in wanted or key in known]


def _is_denied(asked: Questionnaire, key: str, answers: Mapping[str, Any]) -> bool:
    return answers.get(key) is None or asked.questions[key].is_clear(answers[key])
