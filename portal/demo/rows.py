"""The rows of invented leads, as plain dicts: what the real forms would have left behind.

Leads pass through the model's own transitions, screenings through the real rules; only the way into
the database is short, so that a million of them take minutes.
"""

import random
import secrets
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from typing import Any

from portal.config import Settings
from portal.demo.cases import Case, cases
from portal.demo.people import Person, person
from portal.intake import recording, road
from portal.leads import search, wording
from portal.leads.actions import SAYABLE
from portal.leads.models import ContactBy, Disposition, Kind, Lead, Purpose, Status
from portal.leads.response import due_within
from portal.referrals.models import State
from portal.referrals.news import REFERS
from portal.vault import Vault

UNFINISHED_SHARE = 0.15
DAY_PASS_SHARE = 0.3
TIME_TO_ANSWER = timedelta(minutes=4)
LETTERS = 7
COLUMNS = [column for column in Lead.__table__.columns if not column.primary_key]
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
SPACE = len(SAYABLE) ** LETTERS
STEP = 7_368_787_393
"""Prime to SPACE: stepping by it visits every reference once, in no visible order."""


@dataclass(frozen=True)
class Draft:
    """What is decided about one invented lead before its rows are written."""

    number: int
    who: Person
    kind: Kind
    case: Case | None
    at: datetime
    closed: bool

    @cached_property
    def ref(self) -> str:
        """Return the reference of the lead, by which its data key is found."""
        return search.PREFIX + _reference(self.number)

    @property
    def screened_at(self) -> datetime:
        """Return when the health check was sent."""
        return self.at + TIME_TO_ANSWER


def draft(number: int, *, at: datetime, closed: bool, case: Case | None = None) -> Draft:
    """Return the draft of the lead with this number, who asked at `at`.

    Without a `case` chance picks one by its share, or an unfinished health check.
    """
    chance = random.Random(-number)  # noqa: S311 - invented people are no secret
    kind = Kind.DAY_PASS if chance.random() < DAY_PASS_SHARE else Kind.CONSULT
    if case is None and (closed or chance.random() >= UNFINISHED_SHARE):
        case = chance.choices(cases(), weights=[each.share for each in cases()])[0]
    return Draft(number, person(number), kind, case, at, closed)


class Ledger:
    """Rows by table, ready to be inserted; `ids` holds the last id that each table has given."""

    def __init__(self, *, ids: Mapping[str, int], settings: Settings, vault: Vault) -> None:
        self.ids = dict(ids)
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._settings, self._vault = settings, vault

    def add(self, draft: Draft) -> None:
        """Write every row of one lead."""
        lead_id = self._write("lead", self._lead(draft))
        for word in search.words(Lead(**_named(draft))):
            self.rows["lead_word"].append({"lead_id": lead_id, "word": word})
        asked = {"lead_id": lead_id, "enquiry_id": self._enquiry(draft, lead_id)}
        self._consent(asked, Purpose.CONTACT, draft)
        self._story(lead_id, "asked", draft.at, {"kind": draft.kind.value})
        if draft.case is not None:
            consent_id = self._consent(asked, Purpose.HEALTH, draft)
            self._screening({**asked, "consent_id": consent_id}, draft, draft.case)
            self._told(lead_id, draft, draft.case.disposition)

    def _write(self, table: str, row: dict[str, Any]) -> int:
        self.ids[table] += 1
        self.rows[table].append(row | {"id": self.ids[table]})
        return self.ids[table]

    def _lead(self, draft: Draft) -> dict[str, Any]:
        """Return a lead's row: what everybody with this case went through, at times of its own."""
        gone, later = _gone(draft.case, draft.closed), draft.at - BEGUN
        row = {name: it + later if isinstance(it, datetime) else it for name, it in gone.items()}
        due = self._due(draft.case, at=draft.screened_at if draft.case else draft.at)
        return row | _named(draft) | {"due_at": due}

    def _due(self, case: Case | None, *, at: datetime) -> datetime:
        """Return when a lead is due by the weekly hours: a demo closes on no day."""
        hours, clocks = self._settings.studio.hours, self._settings.clocks
        return due_within(hours, case.disposition if case else None, at=at, clocks=clocks)

    def _enquiry(self, draft: Draft, lead_id: int) -> int:
        hurts = draft.case is not None and "low_back" in draft.case.answers["pain_sites"]
        visits = draft.kind is Kind.DAY_PASS
        row = {
            "public_id": _public_id(draft),
            "lead_id": lead_id,
            "kind": draft.kind,
            "key": _public_id(draft),
            "body_hash": secrets.token_hex(32),
            "name": draft.who.name,
            "email": draft.who.email,
            "phone": draft.who.phone,
            "phone_e164": draft.who.phone_e164,
            "reason": "back" if hurts else "start",
            "contact_by": _contact_by(draft.who),
            "visit_on": draft.at.date() + timedelta(days=2) if visits else None,
            "touch": {},
            "created_at": draft.at,
        }
        return self._write("enquiry", row)

    def _consent(self, asked: dict[str, Any], purpose: Purpose, draft: Draft) -> int:
        health = purpose is Purpose.HEALTH
        row = asked | {
            "purpose": purpose,
            "wording": "Invented consent of a demo lead."
            if health
            else wording.CONTACT[draft.kind],
            "wording_version": road.CONSENT_VERSION if health else wording.VERSION,
            "given_at": draft.at,
        }
        return self._write("consent", row)

    def _screening(self, asked: dict[str, Any], draft: Draft, case: Case) -> None:
        name = _public_id(draft)
        intake = {
            "public_id": name,
            "enquiry_id": asked["enquiry_id"],
            "consent_id": asked["consent_id"],
            "answers": self._vault.seal(f"intake.answers:{name}", case.sheet, person=draft.ref),
            "questionnaire_version": case.questionnaire_version,
            "version": 2,
            "started_at": draft.at,
            "updated_at": draft.screened_at,
            "finished_at": draft.screened_at if case.complete else None,
        }
        name = _public_id(draft)
        decision = {
            "public_id": name,
            "intake_id": self._write("intake", intake),
            "disposition": case.disposition,
            "timeframe": case.timeframe,
            "hold": case.hold,
            "complete": case.complete,
            "reasons": self._vault.seal(f"decision.reasons:{name}", case.reasons, person=draft.ref),
            "answer_hash": case.answer_hash,
            "questionnaire_version": case.questionnaire_version,
            "ruleset_version": case.ruleset_version,
            "decided_at": draft.screened_at,
            "shown_at": draft.screened_at,
        }
        decision_id = self._write("decision", decision)
        if case.disposition in REFERS:
            self._refer(asked["lead_id"], decision_id, draft)

    def _refer(self, lead_id: int, decision_id: int, draft: Draft) -> None:
        row = {
            "public_id": _public_id(draft),
            "lead_id": lead_id,
            "decision_id": decision_id,
            "state": State.ADVISED,
            "round": 1,
            "leaves": "none",
            "advised_at": draft.screened_at,
            "silent_since": draft.screened_at,
            "follow_ups": 2 if draft.closed else 0,
        }
        self.rows["referral"].append(row)

    def _told(self, lead_id: int, draft: Draft, level: Disposition) -> None:
        self._story(lead_id, "health_check_started", draft.at, {})
        if level is Disposition.INCOMPLETE:
            self._story(lead_id, "health_check_incomplete", draft.screened_at, {})
            return
        self._story(lead_id, "health_check_sent", draft.screened_at, {"disposition": level.value})
        if level in recording.SHOWN:
            self._story(lead_id, recording.SHOWN[level], draft.screened_at, {})

    def _story(self, lead_id: int, kind: str, at: datetime, detail: dict[str, str]) -> None:
        row = {"lead_id": lead_id, "at": at, "kind": kind, "detail": detail}
        self.rows["activity"].append(row)


@cache
def _gone(case: Case | None, closed: bool) -> dict[str, Any]:  # noqa: FBT001 - a part of the key
    """Return the row of a lead that asked when all of them BEGUN, as the model's steps leave it."""
    lead = Lead(status=Status.UNFINISHED, is_demo=True, version=0, created_at=BEGUN)
    lead.touched(at=BEGUN)
    if case is not None:
        answered = BEGUN + TIME_TO_ANSWER
        how = {"timeframe": case.timeframe, "hold": case.hold}
        lead.screened(case.disposition, **how, at=answered, due_at=answered)
    if closed:
        lead.first_reply_at = BEGUN + timedelta(minutes=11)
        lead.close(Status.DONE, at=BEGUN + timedelta(days=1))
    return {column.key: getattr(lead, column.key) for column in COLUMNS}


def _named(draft: Draft) -> dict[str, Any]:
    who = draft.who
    return {
        "ref": draft.ref,
        "name": who.name,
        "email": who.email,
        "email_key": who.email,
        "phone": who.phone,
        "phone_e164": who.phone_e164,
        "contact_by": _contact_by(who),
    }


def _public_id(draft: Draft) -> str:
    """Return a name that nobody can guess, behind those of earlier leads: indexes grow at one end.

    At a million leads names without an order would have every batch write all of every index.
    """
    return f"{draft.number:08x}{secrets.token_urlsafe(26)}"


def _contact_by(who: Person) -> ContactBy:
    return ContactBy.PHONE if who.phone else ContactBy.EMAIL


def _reference(number: int) -> str:
    """Return seven sayable letters, others for every number."""
    rest, letters = number * STEP % SPACE, ""
    for _ in range(LETTERS):
        rest, place = divmod(rest, len(SAYABLE))
        letters += SAYABLE[place]
    return letters
