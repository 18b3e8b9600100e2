"""The invented answers, each decided once by the rules and explained once for everybody."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from portal import screening
from portal.extensions import vault
from portal.intake import reasons, recording, road, sheet
from portal.intake.sheet import Sheet
from portal.leads.models import Disposition
from portal.screening.questionnaire import Answers
from portal.screening.questions import Question
from portal.vault import Vault

UNANSWERED = "?"


@dataclass(frozen=True, eq=False)
class Case:
    """One set of answers with what the rules say to it; `share` is how common it is."""

    share: int
    answers: Answers
    disposition: Disposition
    timeframe: str
    hold: str
    sheet: str
    reasons: str
    questionnaire_version: str
    ruleset_version: str
    answer_hash: str

    @property
    def complete(self) -> bool:
        """Say whether every question that counts was answered."""
        return self.disposition is not Disposition.INCOMPLETE


def cases() -> tuple[Case, ...]:
    """Return every case of cases.toml, decided; raise WrongSettingError without health keys."""
    return _cases(vault())


@cache
def _cases(_fingerprinted_by: Vault) -> tuple[Case, ...]:
    text = resources.files(__package__).joinpath("cases.toml").read_text()
    return tuple(_decided(raw) for raw in tomllib.loads(text)["case"])


def _decided(raw: Mapping[str, Any]) -> Case:
    answers = filled(
        {key: None if value == UNANSWERED else value for key, value in raw["answers"].items()}
    )
    verdict = road.verdict_on(answers)
    why = reasons.explain(verdict, answers)
    missing = screening.questionnaire().missing(answers)
    incomplete = bool(missing) and not verdict.at_once
    return Case(
        share=raw["share"],
        answers=answers,
        disposition=Disposition.INCOMPLETE if incomplete else Disposition(verdict.disposition),
        timeframe="none" if incomplete else verdict.timeframe,
        hold="all" if incomplete else verdict.hold,
        sheet=sheet.pack(Sheet(answers)),
        reasons=reasons.pack(why),
        questionnaire_version=why.questionnaire_version,
        ruleset_version=why.ruleset_version,
        answer_hash=recording.fingerprint(answers),
    )


def filled(answers: Answers) -> dict[str, Any]:
    """Return the answers with every question on their path answered, save those given as None."""
    asked = screening.questionnaire()
    whole = dict(answers)
    while open_keys := [key for key in asked.missing(whole) if key not in answers]:
        whole[open_keys[0]] = _mild(asked.questions[open_keys[0]], whole)
    return asked.prune(whole)


def _mild(question: Question, answers: Answers) -> Any:
    if question.default is not None:
        return question.default
    return question.values[0] if question.options else answers["age"]
