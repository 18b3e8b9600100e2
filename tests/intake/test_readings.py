"""The log of readings: nothing in it changes unnoticed, and two writers never fork it."""

import hashlib
import re
import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from portal.clock import now
from portal.config import ROOT
from portal.extensions import db, transaction, vault
from portal.intake import readings
from portal.intake.models import Reading
from portal.intake.readings import About, Fault, Head
from portal.keystore import Anchor
from portal.staff.models import Role, Staff
from tests.desk.conftest import make_lead, make_staff

ROWS = 6
TABLE = Reading.__table__
EDITS = {
    "staff_id": st.integers(1, 2**31 - 1),
    "lead_id": st.integers(1, 2**31 - 1),
    "decision_id": st.none() | st.integers(1, 2**31 - 1),
    "page": st.text("abc/\u00e9\"'", max_size=80),
    "at": st.integers(-(10**12), 10**12).map(lambda micro: now() + timedelta(microseconds=micro)),
    "previous": st.text("abcdef", min_size=64, max_size=64),
    "hash": st.text("0123456789abcdef", min_size=64, max_size=64),
}


@pytest.fixture
def coach(app) -> Staff:
    vault().store.drop_anchor(readings.NAME)
    return make_staff("Jules Test", Role.COACH)


@pytest.fixture
def read(coach):
    def look(count: int = 1, lead_id: int = 1) -> None:
        for number in range(count):
            about = About(lead_id, number or None, f"/desk/leads/{lead_id}/answers")
            readings.log(about, staff=coach, at=now())

    return look


@pytest.fixture
def whole(read):
    read(ROWS)
    assert readings.verify() is None


def tampered(*statements) -> Fault | None:
    """What verify finds after these statements, which are then taken back."""
    for statement in statements:
        db.session.execute(statement)
    found = readings.verify()
    db.session.rollback()
    return found


def test_empty_log_is_whole(coach):
    assert readings.verify() is None
    assert readings.head() == Head(0, "0" * 64)


def test_rows_are_chained_by_sha256_over_the_row_before_and_their_fields(coach, read):
    read(2)
    first, second = db.session.scalars(select(Reading).order_by(Reading.id))
    moment = now().isoformat(timespec="microseconds")
    text = f'["{first.hash}",2,{coach.id},1,1,"/desk/leads/1/answers","{moment}"]'
    assert (first.previous, second.previous) == ("0" * 64, first.hash)
    assert second.hash == hashlib.sha256(text.encode()).hexdigest()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), row=st.integers(1, ROWS), field=st.sampled_from(sorted(EDITS)))
def test_any_edit_of_any_field_of_any_row_is_found(whole, data, row, field):
    before = db.session.execute(select(TABLE.c[field]).where(TABLE.c.id == row)).scalar_one()
    value = data.draw(EDITS[field].filter(lambda new: new != before))
    found = tampered(update(TABLE).where(TABLE.c.id == row).values({field: value}))
    assert found is not None
    assert found.row == row
    assert readings.verify() is None


@pytest.mark.parametrize("row", range(1, ROWS + 1))
def test_a_removed_row_is_found(whole, row):
    found = tampered(delete(TABLE).where(TABLE.c.id == row))
    missing = "is missing" if row < ROWS else f"and all up to {ROWS} are missing at the end"
    assert found == Fault(row, missing)


@pytest.mark.parametrize("kept", range(ROWS))
def test_a_tail_that_was_cut_off_is_found(whole, kept):
    found = tampered(delete(TABLE).where(TABLE.c.id > kept))
    assert found == Fault(kept + 1, f"and all up to {ROWS} are missing at the end")


@pytest.mark.parametrize("row", range(1, ROWS))
def test_rows_that_changed_places_are_found(whole, row):
    found = tampered(
        update(TABLE).where(TABLE.c.id == row).values(id=0),
        update(TABLE).where(TABLE.c.id == row + 1).values(id=row),
        update(TABLE).where(TABLE.c.id == 0).values(id=row + 1),
    )
    assert found == Fault(row, "was changed")


@pytest.mark.parametrize("number", [-1, 0, ROWS + 1])
def test_a_row_that_was_put_in_is_found(whole, number):
    fields = dict(db.session.execute(select(TABLE).where(TABLE.c.id == 3)).mappings().one())
    fields |= {"id": number, "previous": "f" * 64}
    assert tampered(insert(TABLE).values(fields)).row == number


def write_anew(lead_id: int, upto: int) -> None:
    """What somebody does who knows how the chain is made: change row 2 and hash all anew."""
    previous = "0" * 64
    for row in db.session.scalars(select(Reading).order_by(Reading.id).limit(upto)):
        row.lead_id, row.previous = (lead_id if row.id == 2 else row.lead_id), previous
        previous = row.hash = readings.digest(row)
        db.session.flush()


def test_a_log_that_was_computed_anew_does_not_fit_the_anchor(whole, read):
    with transaction():
        db.session.execute(delete(TABLE).where(TABLE.c.id > 4))
        write_anew(99, 4)
    assert readings.verify() == Fault(5, f"and all up to {ROWS} are missing at the end")
    read(5)
    assert readings.verify() == Fault(
        ROWS, "is not the row that was signed: the log was written anew"
    )


def test_an_anchor_without_the_key_is_found_out(whole):
    end = readings.head()
    vault().store.drop_anchor(readings.NAME)
    vault().store.set_anchor(readings.NAME, Anchor(2, end.hash, "f" * 64))
    assert readings.verify() is not None
    vault().store.drop_anchor(readings.NAME)
    vault().store.set_anchor(readings.NAME, Anchor(end.number, end.hash, "f" * 64))
    assert readings.verify() == Fault(ROWS, "was signed with another key")


def test_an_anchor_that_is_gone_is_missed_until_somebody_signs_anew(whole, read):
    vault().store.drop_anchor(readings.NAME)
    read()
    assert readings.verify() == Fault(ROWS + 1, "is the end, but no end was signed")
    assert readings.anchor_anew() == readings.head()
    assert readings.verify() is None


def test_a_log_that_begins_with_a_page_of_several_people_is_signed(coach):
    readings.log(*(About(lead, None, "/desk/clients") for lead in (1, 2, 3)), staff=coach, at=now())
    assert readings.verify() is None
    assert vault().store.anchor(readings.NAME).number == len((1, 2, 3))


def test_an_anchor_that_a_crash_left_behind_catches_up(whole, coach, read):
    with transaction():
        readings.note(About(1, 1, "/x"), staff=coach, at=now())
    assert readings.verify() is None
    assert vault().store.anchor(readings.NAME).number == ROWS
    read()
    assert readings.verify() is None
    assert vault().store.anchor(readings.NAME).number == ROWS + 2


def test_a_head_kept_apart_shows_what_the_keys_could_hide(whole, read):
    kept = readings.head()
    read(3)
    assert readings.verify(expected=kept) is None
    with transaction():
        write_anew(99, ROWS + 3)
    readings.anchor_anew()
    assert readings.verify() is None
    assert readings.verify(expected=kept) == Fault(ROWS, "is not the row whose head was kept")
    assert readings.verify(expected=Head(50, kept.hash)) == Fault(
        ROWS + 4, "and all up to 50 are missing at the end"
    )


def test_readers_at_once_make_one_chain(app, coach):
    staff_id, faults = coach.id, []

    def look(number: int) -> None:
        with app.app_context():
            try:
                staff = db.session.get_one(Staff, staff_id)
                for _ in range(3):
                    readings.log(About(number, None, "/x"), staff=staff, at=now())
            except Exception as error:  # noqa: BLE001
                faults.append(error)
            db.session.remove()

    threads = [threading.Thread(target=look, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert faults == []
    assert readings.verify() is None
    assert readings.head().number == 24
    assert vault().store.anchor(readings.NAME).number == 24


def test_front_desk_leaves_no_row_and_gets_nothing(app):
    dana = make_staff("Dana Test", Role.DESK)
    with pytest.raises(PermissionError):
        readings.log(About(1, 1, "/x"), staff=dana, at=now())
    assert db.session.scalars(select(Reading)).all() == []


def test_a_person_is_told_who_read_and_not_what_was_read_before_their_time(coach, read, clock):
    lead = make_lead("Ada Test")
    clock.advance(days=-1)
    read(1, lead_id=lead.id)
    clock.advance(days=2)
    read(2, lead_id=lead.id)
    read(1, lead_id=lead.id + 1)
    assert [(row.id, row.staff_id) for row in readings.of_lead(lead)] == [
        (2, coach.id),
        (3, coach.id),
    ]


def test_verify_by_command(app, coach, read):
    run = app.test_cli_runner().invoke
    read(2)
    assert run(args=["audit", "verify"]).output == "The log of readings is whole: 2 rows.\n"
    head = run(args=["audit", "head"]).output.strip()
    assert re.fullmatch("2:[0-9a-f]{64}", head)
    assert run(args=["audit", "verify", "--expect", head]).exit_code == 0
    assert run(args=["audit", "verify", "--expect", "nonsense"]).exit_code == 2
    with transaction():
        db.session.execute(update(TABLE).where(TABLE.c.id == 1).values(staff_id=99))
    answer = run(args=["audit", "verify"])
    assert (answer.exit_code, answer.output) == (1, "Error: Row 1 was changed.\n")
    assert run(args=["audit", "anchor"]).output == f"Signed: {head}\n"


RAW = re.compile(
    r"\b(?:reasons\.read|sheet\.read|sealing\.(?:read|text|original)|vault\(\)\.open)\("
)
OPENS_PAST_THE_LOG = {
    "booking/matching.py": "chooses a coach; nothing of it is shown",
    "chat/reading.py": "a chat, whose words are nobody's answers; the desk notes who reads them",
    "chat/writing.py": "whether a repeat says the same; nothing of it is shown",
    "intake/actions.py": "the person's own way through the check, and read_reasons",
    "intake/reasons.py": "opens",
    "intake/reporting.py": "the person's own report; nothing of it is shown",
    "intake/road.py": "the person's own way through the check",
    "intake/sheet.py": "opens",
    "intake/views.py": "the person's own pages",
    "intake/visit.py": "the person's own pages",
    "mail/outbox.py": "letters, which hold no answer",
    "onboarding/clients.py": "what a coach is asked to look at, whose page notes the reading",
    "onboarding/changing.py": "a plan, whose pages note the reading",
    "onboarding/journal.py": "sessions, whose pages are the person's own or note the reading",
    "onboarding/picture.py": "a plan, whose pages note the reading",
    "onboarding/plan_home.py": "the person's own page",
    "onboarding/plan_pages.py": "a plan, whose pages note the reading",
    "onboarding/queries.py": "a consult, whose pages note the reading",
    "onboarding/retelling.py": "a consult, whose pages note the reading",
    "onboarding/sealing.py": "opens",
    "onboarding/telling.py": "a consult, whose pages note the reading",
    "onboarding/stopping.py": "the answers that a reported sign is added to; shown by its own page",
    "onboarding/training.py": "the person's own sessions",
    "passes/signing.py": "the waiver, which holds no answer",
    "passes/standing.py": "the age of the holder of a pass; not shown",
    "privacy/kept.py": "the waiver, which holds no answer",
    "privacy/complaints.py": "complaints, which a manager answers",
    "privacy/opening.py": "the person's own copy of their data",
    "desk/replies.py": "a reply, whose page notes the reading",
    "replies/moderating.py": "compares and puts back; nothing of it is shown",
    "replies/queries.py": "what is published, for everybody to read",
    "replies/sealing.py": "opens",
    "demo/clients.py": "invented people",
    "desk/clearing.py": "what a professional answered, whose pages note the reading",
    "referrals/answer.py": "opens",
    "staff/unsent.py": "a form that went nowhere, for whoever had typed it",
    "referrals/evidence.py": "opens",
    "referrals/letter.py": "the person's own letter; each opening is a row of its own",
    "referrals/news.py": "whether the answers changed; nothing of it is shown",
    "sealing/resealing.py": "seals anew",
    "sealing/standing.py": "tries, and shows only whether it opens",
}
"""Every place that opens something without a row in the log, and why it may."""


def test_every_place_that_opens_past_the_log_has_a_reason():
    portal = ROOT / "portal"
    found = {
        str(file.relative_to(portal))
        for file in portal.rglob("*.py")
        if RAW.search(re.sub(r'"""[\s\S]*?"""', "", file.read_text()))
    }
    assert found == set(OPENS_PAST_THE_LOG)
