"""What is sealed about a person, opened for their own copy, in words where there are words."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from portal.chat.models import Message, Note
from portal.extensions import vault
from portal.intake import reasons, sheet
from portal.intake.models import Decision, Intake
from portal.mail import outbox
from portal.mail.models import OutboxMail
from portal.passes import signing
from portal.passes.models import WaiverSignature
from portal.screening import questionnaire
from portal.vault import CannotOpenError

GONE = "The key to this was erased: nobody can read it any more."


def opened(row: Any, column: str) -> Any:
    """Return what a sealed column says, or that its key is gone; None stays None."""
    if getattr(row, column) is None:
        return None
    opener = OPENERS.get((type(row).__tablename__, column), _by_its_place)
    try:
        return opener(row, column)
    except CannotOpenError:
        return GONE


def _by_its_place(row: Any, column: str) -> Any:
    """Open a value where its row says it belongs: `place`, or `place(column)`."""
    place = row.place(column) if callable(row.place) else row.place
    return json.loads(vault().open(place, getattr(row, column)))


def _answers(row: Intake, _column: str) -> Mapping[str, Any]:
    questions, told = questionnaire().questions, sheet.read(row).answers
    return {
        (questions[key].text if key in questions else key): (
            questions[key].label_of(answer) if key in questions else answer
        )
        for key, answer in told.items()
    }


def _reasons(row: Decision, _column: str) -> Mapping[str, Any]:
    why = reasons.read(row)
    return {
        "you told us you have": why.said,
        "your answers": {each.label: each.answer for each in why.rows},
        "rules that spoke": {rule.id: rule.title for rule in why.rules},
        "what we adapt": why.adaptations,
        "what your coach reads": why.coach_brief,
        "flags": why.flags,
        "adjustments": why.modifiers,
    }


def _mail(row: OutboxMail, _column: str) -> str:
    return outbox.unseal(row.uid, row.content).text


def _waiver(row: WaiverSignature, _column: str) -> Mapping[str, Any]:
    return asdict(signing.content(row))


def _words(row: Message | Note, _column: str) -> str:
    return vault().open(row.place, row.text)


Opener = Callable[[Any, str], Any]
OPENERS: Mapping[tuple[str, str], Opener] = {
    ("intake", "answers"): _answers,
    ("decision", "reasons"): _reasons,
    ("outbox_mail", "content"): _mail,
    ("waiver_signature", "content"): _waiver,
    ("chat_message", "text"): _words,
    ("chat_note", "text"): _words,
}
