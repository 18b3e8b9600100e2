"""Health answers at rest, in mail, in addresses and in what the desk keeps: sealed or absent."""

import json

import pytest
from sqlalchemy import select

from portal.extensions import db, transaction, vault
from portal.intake import reasons, sheet
from portal.intake.models import Decision, Intake
from portal.keyring import PersonKey
from portal.leads.models import Activity
from portal.mail import outbox
from portal.mail.models import OutboxMail
from portal.screening import answer_hash, questionnaire
from portal.vault import CannotOpenError
from tests.intake.test_road_to_result import BACK

CANARY = "canary-4711-of-mine"
TOLD = {**BACK, "high_bp": "controlled", "goals": CANARY, "free_text": f"{CANARY} again"}
HEALTH_WORDS = ("back", "pain", "leg", "chest", "bladder", "blood", "urgent", "doctor")


def everything_at_rest() -> str:
    db.session.rollback()
    return "\n".join(
        str(tuple(row))
        for table in db.metadata.sorted_tables
        for row in db.session.execute(select(table))
    )


def test_no_answer_stands_in_any_row(starts):
    starts(**TOLD).walk()
    kept = everything_at_rest()
    for word in (CANARY, "low_back", "high_bp", "controlled", "flexion", "blood pressure"):
        assert word not in kept


def test_emergency_answer_stands_in_no_row(starts):
    walker = starts(saddle_numb="new_2w", **BACK)
    walker.visit(walker.walk().link("Change your answer"))
    walker.press(saddle_numb="no")
    walker.press(sure="mistake")
    kept = everything_at_rest()
    for word in ("saddle", "new_2w", "numbness"):
        assert word not in kept


def test_sealed_answers_open_only_in_their_own_row(starts):
    starts(**TOLD).walk()
    starts().walk()
    with transaction():
        one, other = db.session.scalars(select(Intake).order_by(Intake.id)).all()
        one.answers, other.answers = other.answers, one.answers
    with pytest.raises(CannotOpenError):
        sheet.read(one)


def test_sealed_value_names_its_key(starts):
    starts().walk()
    intake = db.session.scalars(select(Intake)).one()
    kept = db.session.get_one(PersonKey, intake.enquiry.lead.ref)
    assert intake.answers.partition(".")[0] == kept.key_id
    assert db.session.scalars(select(Decision.reasons)).one().partition(".")[0] == kept.key_id


def test_decision_keeps_versions_hash_rules_and_time(starts, clock):
    starts(**TOLD).walk()
    decision = db.session.scalars(select(Decision)).one()
    answers = sheet.read(db.session.scalars(select(Intake)).one()).answers
    why = reasons.read(decision)
    assert (decision.questionnaire_version, decision.ruleset_version) == ("2026.1", "2026.1")
    assert decision.answer_hash == vault().fingerprint(answer_hash(answers))
    assert decision.shown_at == decision.decided_at
    assert [rule.id for rule in why.rules] == ["PAIN-ADAPT", "BP-CONTROLLED"]
    assert why.flags == ("BP-CONTROLLED", "PAIN-ADAPT")
    assert why.answers == answers
    assert "no_breath_hold" in why.modifiers


def test_story_holds_no_answer(starts):
    starts(**TOLD).walk()
    starts(chest_pain="now_12h").walk()
    told = json.dumps([line.detail for line in db.session.scalars(select(Activity))])
    assert all(key not in told for key in questionnaire().questions)


@pytest.mark.parametrize("answers", [TOLD, {"chest_pain": "now_12h"}, {"surgery": "lt_12w"}])
def test_mail_holds_no_health_word(starts, answers):
    walker = starts(**answers)
    walker.client.post(f"{walker.page.path}later", data=_token(walker))
    walker.walk()
    for mail in db.session.scalars(select(OutboxMail)):
        letter = outbox.unseal(mail.uid, mail.content)
        told = f"{letter.subject} {letter.text}".lower()
        assert [word for word in HEALTH_WORDS if f" {word} " in told] == []


def _token(walker):
    header = walker.page.all("header")[0]
    hidden = next(each for each in header.iter() if each.get("name") == "csrf_token")
    return {"csrf_token": hidden.get("value")}


def test_alert_names_nobody(starts):
    starts(chest_pain="now_12h").walk()
    mail = db.session.scalars(select(OutboxMail).where(OutboxMail.kind == "staff_alert")).one()
    letter = outbox.unseal(mail.uid, mail.content)
    assert mail.recipient == "hello@studio.example"
    assert mail.subject.startswith("Action needed: TL-")
    assert "Robin" not in letter.text + letter.html + mail.subject
