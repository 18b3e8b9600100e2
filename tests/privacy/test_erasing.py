"""Erasing leaves no byte behind, also after an old backup comes back; counts survive."""

import contextlib
import json
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound

from portal.clock import now
from portal.extensions import db, settings, vault
from portal.intake import readings
from portal.intake.actions import read_reasons
from portal.intake.models import Intake
from portal.intake.queries import latest_decision
from portal.leads import notices as lead_notices
from portal.leads import search
from portal.leads.models import Lead
from portal.leads.story import tell
from portal.mail.models import MailState, OutboxMail
from portal.privacy import complaints, erasing, holdings, ledger, retention
from portal.privacy.complaints import Said
from portal.privacy.models import Complaint, ErasedCount, Erasure
from portal.staff.models import Role
from portal.vault import CannotOpenError
from tests.conftest import make_settings
from tests.privacy.conftest import again, make_staff

CANARY = "Zyxquill"
"""A word that stands nowhere by itself."""


@pytest.fixture
def planted(told):
    """Somebody whose name is in every place that a name can get to."""
    enquiry = told(f"{CANARY} Test", pain_sites=["low_back"], nprs=3, free_text=f"{CANARY} hurts")
    lead = again(enquiry.lead_id)
    lead.email = lead.email_key = enquiry.email = f"{CANARY.lower()}@example.com"
    search.index(lead, enquiry)
    lead_notices.finish_check(enquiry, at=now())
    coach = make_staff("Jules Test", Role.COACH)
    tell(lead, "noted", at=now(), staff=coach, text=f"{CANARY} called")
    db.session.commit()
    read_reasons(latest_decision(lead.id), staff=coach, page="/desk/leads/1/answers")
    said = Said(name=CANARY, email=f"{CANARY.lower()}@example.com", text=f"I am {CANARY}")
    complaints.receive(said, key="0" * 32, lead_id=lead.id, at=now())
    lead_id = enquiry.lead_id
    db.session.remove()
    return lead_id


def database_file() -> Path | None:
    return Path(db.engine.url.database) if db.engine.dialect.name == "sqlite" else None


def bytes_on_disk() -> bytes:
    file = database_file()
    return b"".join(
        path.read_bytes() for path in (file, Path(f"{file}-wal")) if path and path.exists()
    )


def every_value() -> str:
    with db.engine.connect() as connection:
        return repr(
            [connection.execute(sa.select(table)).all() for table in db.metadata.sorted_tables]
        )


def test_erasing_leaves_no_byte_of_somebody(planted):
    assert CANARY.lower() in every_value().lower()
    erasing.erase(planted, because="person", at=now())
    assert CANARY.lower() not in every_value().lower()
    if database_file():
        assert CANARY.lower().encode() not in bytes_on_disk().lower()


def test_erasing_leaves_no_row_but_the_open_complaint(planted):
    lead = again(planted)
    ref, created_at = lead.ref, lead.created_at
    assert set(holdings.counts(lead)) >= {
        *("lead", "enquiry", "consent", "activity", "lead_word"),
        *("intake", "decision", "reading", "outbox_mail", "complaint"),
    }
    readings.anchor_anew()
    erasing.erase(planted, because="person", at=now())
    gone = Lead(id=planted, ref=ref, created_at=created_at)
    assert holdings.counts(gone) == {"reading": 1}
    assert readings.verify() is None
    assert [each.lead_id for each in db.session.scalars(sa.select(Complaint))] == [None]
    assert search.matching(CANARY) == []


def test_erasing_somebody_leaves_everybody_else_as_they_were(planted, told):
    other = told("Jo Test").lead_id
    before = holdings.counts(again(other))
    erasing.erase(planted, because="person", at=now())
    assert holdings.counts(again(other)) == before


def test_erasing_keeps_a_count_that_names_nobody(planted, told):
    erasing.erase(planted, because="person", at=now())
    erasing.erase(told("Jo Test").lead_id, because="age", at=now())
    counted = [
        (each.month, each.kind, each.status, each.people)
        for each in db.session.scalars(sa.select(ErasedCount))
    ]
    assert counted == [("2026-11", "consult", "waiting", 2)]


def test_erasing_shreds_the_key_under_which_everything_was_sealed(planted):
    intake = db.session.scalars(sa.select(Intake)).one()
    place, kept, ref = intake.place, intake.answers, again(planted).ref
    assert vault().open(place, kept)
    erasing.erase(planted, because="person", at=now())
    with pytest.raises(CannotOpenError):
        vault().open(place, kept)
    assert vault().shred(ref) == 0


def test_erasing_twice_finds_nobody(planted):
    erasing.erase(planted, because="person", at=now())
    with pytest.raises(NoResultFound):
        erasing.erase(planted, because="person", at=now())


def test_the_ledger_holds_hashes_only(planted):
    lead = again(planted)
    hashed, ref = ledger.hash_of(lead), lead.ref
    erasing.erase(planted, because="person", at=now())
    written = settings().erasure_ledger.read_text()
    assert hashed in written
    assert [ref in written, CANARY in written] == [False, False]
    assert db.session.scalars(sa.select(Erasure.person_hash)).all() == [hashed]


def test_an_erasure_cut_short_is_carried_out_by_the_next_replay(planted):
    ledger.note([ledger.hash_of(again(planted))], because="person", at=now())
    assert erasing.replay(at=now()) == 1
    assert db.session.scalars(sa.select(Lead.id)).all() == []
    assert erasing.replay(at=now()) == 0


def test_a_restored_backup_is_erased_again(planted, told, tmp_path):
    file = database_file()
    if file is None:
        pytest.skip("PostgreSQL is restored by its own tools; the replay is the same")
    other = told("Jo Test").lead_id
    backup = tmp_path / "backup.sqlite"
    with contextlib.closing(sqlite3.connect(file)) as live:
        live.execute("VACUUM INTO ?", (str(backup),))
    erasing.erase(planted, because="person", at=now())
    db.session.remove()
    restore(backup, file)
    assert CANARY.encode() in bytes_on_disk()
    assert erasing.replay(at=now() + timedelta(days=1)) == 1
    assert db.session.scalars(sa.select(Lead.id)).all() == [other]
    assert CANARY.lower().encode() not in bytes_on_disk().lower()


def test_one_last_mail_says_so_and_leaves_the_outbox_once_it_is_sent(app, planted, monkeypatch):
    monkeypatch.setitem(app.extensions["settings"].mail, "MAIL_SERVER", "localhost")
    erasing.erase(planted, because="person", at=now(), say_so=True)
    mail = db.session.scalars(sa.select(OutboxMail).where(OutboxMail.kind == "data_deleted")).one()
    assert (mail.recipient, mail.reference) == (f"{CANARY.lower()}@example.com", None)
    assert retention.forget_last_notes() == 0
    mail = db.session.scalars(sa.select(OutboxMail).where(OutboxMail.kind == "data_deleted")).one()
    mail.state = MailState.SENT
    db.session.commit()
    assert retention.forget_last_notes() == 1
    assert CANARY.lower() not in every_value().lower()


def restore(backup: Path, file: Path) -> None:
    """Put an old copy in the place of the database, as somebody after an accident does."""
    db.engine.dispose()
    for end in ("-wal", "-shm"):
        Path(f"{file}{end}").unlink(missing_ok=True)
    shutil.copy(backup, file)


def test_a_torn_line_of_the_ledger_is_left_out(app):
    ledger.note(["a" * 64], because="person", at=now())
    with settings().erasure_ledger.open("a") as file:
        file.write("bbbb")
    assert ledger.read()["a" * 64] == "person"
    assert "bbbb" not in ledger.read()
    ledger.note(["c" * 64], because="person", at=now())
    assert ledger.read() == dict.fromkeys(("a" * 64, "c" * 64), "person")


@pytest.mark.parametrize(("days", "kept"), [("0", 0), ("365", 1)])
def test_a_waiver_stays_only_where_the_studio_says_that_the_law_asks(
    app, issues, days, kept, monkeypatch
):
    day_pass = issues(f"{CANARY} Test")
    keeping = make_settings(settings().instance, settings().database_url, KEEP_WAIVER_DAYS=days)
    monkeypatch.setitem(app.extensions, "settings", keeping)
    erasing.erase(day_pass.lead_id, because="person", at=now())
    with db.engine.connect() as connection:
        found = connection.execute(sa.text("SELECT content, until FROM kept_document")).all()
    assert len(found) == kept
    assert CANARY not in json.dumps([row[0] for row in found])
