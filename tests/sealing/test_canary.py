"""Words planted in every health field stand nowhere but under their seal, also in old backups."""

import logging
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal import create_app
from portal.extensions import db, transaction, vault
from portal.intake import reasons, sheet
from portal.intake.models import Decision, Intake
from portal.leads.models import Lead
from portal.mail import outbox
from portal.mail.models import OutboxMail
from portal.screening import questionnaire
from portal.sealing.columns import all_values, columns
from portal.vault import CannotOpenError
from tests.conftest import CriticalClient, make_settings, scratch_postgres
from tests.intake.test_road_to_result import BACK
from tests.stranger import Stranger

CANARY = "CANARY-heron-4711"
TOLD = {
    **BACK,
    "high_bp": "controlled",
    "conditions": ["diabetes_2"],
    "goals": f"{CANARY} goals",
    "free_text": f"{CANARY} own words",
}


@pytest.fixture
def portal(database_url, tmp_path):
    """A portal of the test's own: its database, log and key store are looked at byte by byte."""
    if database_url.startswith("sqlite"):
        yield from _portal(tmp_path, f"sqlite:///{tmp_path / 'portal.sqlite'}")
        return
    with scratch_postgres(f"portal_canary_{tmp_path.name}") as url:
        yield from _portal(tmp_path, url)


def _portal(folder: Path, url: str):
    app = create_app(make_settings(folder, url))
    app.test_client_class = CriticalClient
    with app.app_context():
        assert app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
        yield app
        db.session.remove()
        db.engine.dispose()
        vault().store.close()


@pytest.fixture
def walked(portal, clock, caplog):
    """Two people who told us the same; returns every page of the first one's way."""
    caplog.set_level(logging.DEBUG)
    seen = []
    for name in ("ada", "bob"):
        stranger = Stranger(portal.test_client(), email=f"{name}@example.com", **TOLD)
        stranger.open("/consult")
        clock.advance(seconds=15)
        stranger.press()
        while not stranger.page.disposition:
            seen.append(stranger.page.path)
            if stranger.press().status != 200:
                stranger.walk()
    return seen


def at_rest(folder: Path) -> bytes:
    """Every byte that a thief of the disk has; of PostgreSQL, every value of every row."""
    files = b"".join(file.read_bytes() for file in sorted(folder.glob("*.sqlite*")))
    tables = sa.MetaData()
    tables.reflect(db.engine)
    rows = [
        str(tuple(row)) for t in tables.sorted_tables for row in db.session.execute(sa.select(t))
    ]
    db.session.rollback()
    return files + "\n".join(rows).encode()


def health_words() -> set[str]:
    """The canary, and the keys and values of answers that mean nothing else anywhere."""
    keys = {key for key in questionnaire().questions if "_" in key}
    return {CANARY, *keys, "diabetes_2", "lt_2w", "gt_12w"}


def test_canaries_are_what_was_told(walked):
    for intake in db.session.scalars(sa.select(Intake)):
        assert CANARY in str(sheet.read(intake).answers)
    for decision in db.session.scalars(sa.select(Decision)):
        assert CANARY in str(reasons.read(decision).answers)


def test_no_byte_of_the_database_its_log_or_the_key_store_says_what_was_told(walked, tmp_path):
    bytes_ = at_rest(tmp_path)
    assert b"ada@example.com" in bytes_
    found = {word for word in health_words() if word.encode() in bytes_}
    assert found - {"free_text"} == set()


def test_no_log_mail_or_address_says_what_was_told(walked, caplog):
    mails = db.session.scalars(sa.select(OutboxMail)).all()
    letters = [outbox.unseal(mail.uid, mail.content) for mail in mails]
    words = [
        *walked,
        *(record.getMessage() for record in caplog.records if "sqlalchemy" not in record.name),
    ]
    words += [text for each in letters for text in (each.subject, each.text, each.html)]
    words += [str((mail.uid, mail.kind, mail.subject, mail.reference)) for mail in mails]
    assert len(letters) >= 4
    assert [line for line in words if any(word in line for word in health_words())] == []


def test_every_sealed_value_opens_at_its_place_and_nowhere_else(walked):
    values = [v for each in columns() for some in all_values(each, at_once=50) for v in some]
    assert len(values) >= 8
    for value in values:
        assert vault().open(value.place, value.text)
        for place in (f"{value.place}x", "intake.answers:1", values[0].place):
            if place != value.place:
                with pytest.raises(CannotOpenError):
                    vault().open(place, value.text)


def test_a_backup_says_nothing_of_a_shredded_person_and_all_of_another(walked, portal, tmp_path):
    refs = dict(db.session.execute(sa.select(Lead.email, Lead.ref)).all())
    backup = _backup(tmp_path)
    with transaction():
        db.session.execute(
            sa.delete(OutboxMail).where(OutboxMail.reference == refs["ada@example.com"])
        )
        db.session.execute(sa.delete(Lead).where(Lead.ref == refs["ada@example.com"]))
    assert vault().shred(refs["ada@example.com"]) == 1
    restored = create_app(
        make_settings(
            tmp_path, backup, HEALTH_KEYS=portal.extensions["settings"].raw["HEALTH_KEYS"]
        )
    )
    with restored.app_context():
        people = {intake.person: intake for intake in db.session.scalars(sa.select(Intake))}
        assert CANARY in str(sheet.read(people[refs["bob@example.com"]]).answers)
        values = [v for each in columns() for some in all_values(each, at_once=50) for v in some]
        lost = [value for value in values if value.person == refs["ada@example.com"]]
        assert len(lost) >= 4
        for value in lost:
            with pytest.raises(CannotOpenError):
                vault().open(value.place, value.text)
        db.session.remove()
        db.engine.dispose()
        vault().store.close()


def test_no_byte_of_a_shredded_key_is_left_in_the_key_store(walked, tmp_path):
    ref = db.session.scalars(sa.select(Lead.ref)).first()
    key_id = vault()._register.ids_of([ref])[ref]  # noqa: SLF001
    (key,) = vault().store.by_id([key_id])
    files = [tmp_path / "keys.sqlite", tmp_path / "keys.sqlite-wal"]
    assert any(key.wrapped in file.read_bytes() for file in files)
    vault().shred(ref)
    assert [file for file in files if key.wrapped in file.read_bytes()] == []


def _backup(folder: Path) -> str:
    """A copy of the database as README says to make one, and where it is."""
    if db.engine.dialect.name == "sqlite":
        db.session.rollback()
        copy = folder / "copy.sqlite"
        with sqlite3.connect(folder / "portal.sqlite") as live:
            live.execute("VACUUM INTO ?", (str(copy),))
        live.close()
        return f"sqlite:///{copy}"
    pytest.skip("a dump and a restore of PostgreSQL are the same bytes; see the SQLite case")
