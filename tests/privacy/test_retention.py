"""What goes by the clock: on its day and not before, once, and in words beforehand."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from portal.clock import now
from portal.extensions import db
from portal.intake.models import Decision, Intake
from portal.leads.models import Lead, Purpose, Status
from portal.mail.models import MailState, OutboxMail
from portal.orm import WITH_HIDDEN
from portal.passes.models import DayPass, State
from portal.privacy import complaints, consents, erasing, retention
from portal.privacy.complaints import Said
from portal.privacy.models import Chore, Complaint, KeptDocument
from tests.privacy.conftest import again, level, make_staff

NOTHING = dict.fromkeys(retention.KINDS, 0)
DAY = timedelta(days=1)


def due(name: str, days: int) -> None:
    """Nothing of a class is due a second before its day, and all of it from its day on."""
    start = now()
    just_before = start + days * DAY - timedelta(seconds=1)
    assert retention.preview(at=just_before)[name] == 0
    assert retention.run(at=just_before)[name] == 0
    assert retention.preview(at=start + days * DAY)[name] == 1
    assert retention.run(at=start + days * DAY)[name] == 1
    assert retention.run(at=start + days * DAY)[name] == 0


def count(model) -> int:
    query = sa.select(sa.func.count()).select_from(model.__table__)
    return db.session.scalar(query, execution_options={WITH_HIDDEN: True})


def test_health_answers_go_after_90_days_and_the_lead_stays(told):
    lead_id = told().lead_id
    due("health", 90)
    assert (count(Intake), count(Decision), level(lead_id)) == (0, 0, None)
    assert again(lead_id).hold == "all"


def test_answers_taken_back_go_after_30_days(told):
    lead_id = told().lead_id
    consents.withdraw(lead_id, Purpose.HEALTH, at=now())
    due("withdrawn", 30)
    assert (count(Intake), count(Lead)) == (0, 1)


def test_somebody_who_never_came_is_erased_after_540_days(told):
    told()
    due("lead", 540)
    assert count(Lead) == 0


def test_somebody_who_trained_here_keeps_their_answers_and_goes_after_1095_days(issues):
    day_pass = issues()
    day_pass.state = State.USED
    day_pass.lead.updated_at = day_pass.updated_at = now()
    db.session.commit()
    moment = datetime(2026, 11, 28, tzinfo=UTC)
    assert retention.preview(at=moment + 541 * DAY) == {**NOTHING, "mail": count(OutboxMail)} | {
        "mail": retention.preview(at=moment + 541 * DAY)["mail"]
    }
    assert retention.run(at=moment + 1096 * DAY)["client"] == 1
    assert (count(Lead), count(DayPass)) == (0, 0)


def test_spam_goes_after_30_days(asks):
    asks(status=Status.HELD, held_because="sent within seconds")
    due("held", 30)
    assert count(Lead) == 0


@pytest.mark.parametrize(("state", "goes"), [(MailState.SENT, 1), (MailState.READY, 0)])
def test_mail_goes_180_days_after_it_is_over(told, state, goes):
    told()
    db.session.execute(sa.update(OutboxMail).values(state=state, sent_at=now()))
    db.session.commit()
    mails = count(OutboxMail)
    assert retention.run(at=now() + 180 * DAY - timedelta(seconds=1))["mail"] == 0
    assert retention.run(at=now() + 180 * DAY)["mail"] == goes * mails


def test_a_complaint_goes_a_year_after_it_is_closed(app):
    staff = make_staff()
    found = complaints.receive(
        Said("Robin", "robin@example.com", "No"), key="0" * 32, lead_id=None, at=now()
    )
    number = found.id
    assert retention.run(at=now() + 4000 * DAY)["complaint"] == 0
    complaints.answer(number, "Sorry", staff=staff, at=now())
    complaints.close(number, staff=staff, at=now())
    due("complaint", 365)
    assert count(Complaint) == 0


def test_a_kept_waiver_goes_on_its_own_day(app):
    until = now() + 5 * DAY
    kept = KeptDocument(public_id="x", content="x", signed_at=now(), until=until)
    db.session.add(kept)
    db.session.commit()
    due("waiver", 5)


def test_a_dry_run_touches_nothing_and_says_what_would_go(app, told, clock):
    told()
    clock.advance(days=91)
    answer = app.test_cli_runner().invoke(args=["privacy", "retention", "--dry-run"])
    assert answer.exit_code == 0
    assert (
        "health          1 due  90 days after your last answer, unless you train with us"
        in answer.output
    )
    assert len(answer.output.splitlines()) == len(retention.KINDS)
    assert count(Intake) == 1
    done = app.test_cli_runner().invoke(args=["privacy", "retention"])
    assert "health          1 erased" in done.output
    assert count(Intake) == 0


def test_a_run_that_is_killed_goes_on_the_next_time(told, monkeypatch):
    for name in ("Ann Test", "Bea Test", "Cleo Test"):
        told(name)
    at, removed = now() + 541 * DAY, []

    def erase_one(lead_id, **given):
        if removed:
            raise KeyboardInterrupt
        removed.append(lead_id)
        real(lead_id, **given)

    real = erasing.erase
    monkeypatch.setattr(erasing, "erase", erase_one)
    with pytest.raises(KeyboardInterrupt):
        retention.run(at=at)
    assert count(Lead) == 2
    monkeypatch.setattr(erasing, "erase", real)
    assert retention.run(at=at)["lead"] == 2


def test_the_worker_does_it_once_a_day(told):
    told()
    assert retention.daily(at=now())
    assert not retention.daily(at=now() + timedelta(hours=3))
    assert retention.daily(at=now() + 91 * DAY)
    assert count(Intake) == 0
    assert db.session.scalars(sa.select(Chore.name)).all() == ["retention"]


def test_a_day_that_was_cut_short_is_done_again(told, monkeypatch):
    told()
    monkeypatch.setattr(complaints, "remind", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        retention.daily(at=now())
    monkeypatch.undo()
    assert retention.daily(at=now())


def test_the_studio_is_reminded_once_before_a_clock_ends(app):
    complaints.receive(
        Said("Robin", "robin@example.com", "No"), key="0" * 32, lead_id=None, at=now()
    )
    assert complaints.remind(at=now() + 22 * DAY) == 0
    assert complaints.remind(at=now() + 23 * DAY) == 1
    assert complaints.remind(at=now() + 24 * DAY) == 1
    alerts = db.session.scalars(
        sa.select(OutboxMail.subject)
        .where(OutboxMail.kind == "complaint_alert")
        .order_by(OutboxMail.id)
    ).all()
    assert [text.split(":")[0] for text in alerts] == ["New", "A clock ends soon"]


def test_replay_by_hand_says_how_many(app):
    answer = app.test_cli_runner().invoke(args=["privacy", "replay"])
    assert answer.output == "0 erased again.\n"
