"""Why a decision was made, in words that stay as they were however the rules change later."""

import dataclasses
import json
import zlib
from base64 import b85decode, b85encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal import screening
from portal.extensions import vault
from portal.intake.models import Decision


@dataclass(frozen=True)
class AnswerRow:
    """One answer as the desk reads it; `flagged` when a rule fired on it."""

    label: str
    answer: str
    flagged: bool


@dataclass(frozen=True)
class RuleLine:
    """One rule that fired, with its sources; `reviewed` when a clinician has signed it."""

    id: str
    title: str
    level: str
    timeframe: str
    hold: str
    citations: tuple[str, ...]
    reviewed: bool


@dataclass(frozen=True)
class Reasons:
    """Everything behind one decision, in the words and the versions of its day.

    `said` completes "You told us you have"; `because` holds the keys of those answers. `shows` is
    what the person reads about coaching, `coach_brief` what the coach does.
    """

    answers: Mapping[str, Any]
    said: tuple[str, ...]
    because: tuple[str, ...]
    rows: tuple[AnswerRow, ...]
    rules: tuple[RuleLine, ...]
    flags: tuple[str, ...]
    modifiers: tuple[str, ...]
    coach_brief: tuple[str, ...]
    adaptations: tuple[str, ...]
    questionnaire_version: str
    ruleset_version: str

    @property
    def reviewed(self) -> bool:
        """Say whether a clinician has signed every rule that spoke; with none, none has."""
        return bool(self.rules) and all(rule.reviewed for rule in self.rules)


def explain(verdict: screening.Decision, answers: Mapping[str, Any]) -> Reasons:
    """Return the reasons of a verdict on these answers, as the data says them today."""
    asked, table = screening.questionnaire(), screening.ruleset()
    said = screening.reasons(verdict, answers)
    return Reasons(
        answers=dict(answers),
        said=said,
        because=tuple(
            key
            for key, question in asked.questions.items()
            if question.statement_of(answers.get(key)) in said
        ),
        rows=_rows(verdict, answers),
        rules=tuple(_line(rule_id) for rule_id in verdict.rules),
        flags=verdict.flags,
        modifiers=verdict.modifiers,
        coach_brief=tuple(
            each.coach for each in table.modifiers if each.id in verdict.modifiers and each.coach
        ),
        adaptations=screening.adaptations(verdict),
        questionnaire_version=asked.version,
        ruleset_version=table.version,
    )


def _rows(verdict: screening.Decision, answers: Mapping[str, Any]) -> tuple[AnswerRow, ...]:
    """Return every answer on the person's path: those that a rule fired on first."""
    asked, table = screening.questionnaire(), screening.ruleset()
    because = {key for rule_id in verdict.rules for key in table.rule(rule_id).because}
    rows = []
    for key in asked.asked(answers):
        question, answer = asked.questions[key], answers.get(key)
        flagged = key in because and bool(question.statement_of(answer))
        rows.append(AnswerRow(question.short or question.text, question.label_of(answer), flagged))
    return tuple(sorted(rows, key=lambda row: not row.flagged))


def _line(rule_id: str) -> RuleLine:
    table = screening.ruleset()
    rule = table.rule(rule_id)
    sources = (table.citations[key] for key in rule.citations)
    return RuleLine(
        id=rule.id,
        title=rule.title,
        level=rule.level,
        timeframe=rule.timeframe,
        hold=rule.hold,
        citations=tuple(f"{source.title} ({source.where})" for source in sources),
        reviewed=bool(rule.reviewed_by),
    )


def seal(place: str, reasons: Reasons, *, person: str) -> str:
    """Return the reasons sealed for `place` under the key of this person."""
    return vault().seal(place, pack(reasons), person=person)


def pack(reasons: Reasons) -> str:
    """Return the reasons as text: compressed JSON, a fifth of its length, in base 85."""
    return b85encode(zlib.compress(json.dumps(dataclasses.asdict(reasons)).encode())).decode()


def unpack(text: str) -> dict[str, Any]:
    """Return the fields of packed reasons."""
    kept: dict[str, Any] = json.loads(zlib.decompress(b85decode(text)))
    return kept


def read(decision: Decision) -> Reasons:
    """Return the reasons of a decision as they were sealed; for the person's own pages."""
    kept = unpack(vault().open(decision.place, decision.reasons))
    lists = {name: tuple(value) for name, value in kept.items() if isinstance(value, list)}
    return Reasons(
        **{
            **kept,
            **lists,
            "rows": tuple(AnswerRow(**row) for row in kept["rows"]),
            "rules": tuple(
                RuleLine(**{**rule, "citations": tuple(rule["citations"])})
                for rule in kept["rules"]
            ),
        }
    )
