"""Until when a chat is kept, what a person's copy holds of it, and that erasing leaves no word."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound

from portal.chat import answering, queries, reading, saying
from portal.chat.forgetting import forget
from portal.chat.models import Message, Note, Step, Thread
from portal.clock import now
from portal.extensions import db, vault
from portal.keyring import PersonKey
from portal.leads.models import Lead
from portal.privacy import erasing, export, retention
from portal.sealing import sweeping
from portal.vault import CannotOpenError
from tests.chat.conftest import ROBIN, again, press, who

CHATS = (Thread, Message, Note, Step)


def left() -> list[int]:
    db.session.rollback()
    return [db.session.scalar(sa.select(sa.func.count()).select_from(each)) for each in CHATS]


def kept(thread: Thread) -> tuple[str, str]:
    row = queries.messages(thread.id)[0]
    return row.place, row.text


@pytest.fixture
def told(begins, dana) -> Thread:
    """A chat with everything in it, joined to its person."""
    thread = begins(who=who("Robin Test", ROBIN))
    answering.note(press(thread, dana), "Call them", key="n")
    answering.claim(press(thread, dana))
    return again(thread)


def test_erasing_a_person_takes_their_chats_and_shreds_the_chats_keys(told, begins):
    backup, other = kept(told), begins("Somebody else's").public_id
    assert vault().open(*backup)
    erasing.erase(told.lead_id, because="person", at=now())
    assert left() == [1, 1, 0, 0]
    with pytest.raises(CannotOpenError):
        vault().open(*backup)
    assert list(db.session.scalars(sa.select(PersonKey.person))) == [again(other).ref]
    assert vault().open(*kept(again(other)))


def test_a_copy_holds_what_was_said_and_noted(told):
    lead = db.session.get_one(Lead, told.lead_id)
    pack = zipfile.ZipFile(io.BytesIO(export.archive(lead, at=now())))
    sections = {each["name"]: each for each in json.loads(pack.read("data.json"))["sections"]}
    assert [row["text"] for row in sections["chat_message"]["rows"]] == [
        "Hello, is there a place on Saturday?"
    ]
    assert [row["text"] for row in sections["chat_note"]["rows"]] == ["Call them"]
    assert sections["chat_thread"]["rows"][0]["email"] == ROBIN


def test_a_chat_goes_90_days_after_its_last_word_and_its_person_stays(told):
    backup, last, lead_id = kept(told), told.updated_at, told.lead_id
    assert retention.run(at=last + timedelta(days=90) - timedelta(seconds=1))["chat"] == 0
    assert retention.run(at=last + timedelta(days=90))["chat"] == 1
    assert (left(), db.session.get_one(Lead, lead_id).email) == ([0, 0, 0, 0], ROBIN)
    with pytest.raises(CannotOpenError):
        vault().open(*backup)


def test_somebody_who_still_writes_is_not_erased_by_age(told, clock):
    lead_id = told.lead_id
    clock.advance(days=539)
    saying.say(told.public_id, saying.Said(key="more", text="Still here"), at=now())
    assert retention.preview(at=now() + timedelta(days=2))["lead"] == 0
    assert db.session.get(Lead, lead_id) is not None


def test_the_key_of_a_chat_is_swept_only_when_the_chat_is_gone(begins):
    thread = begins()
    key_id = db.session.scalars(
        sa.select(PersonKey.key_id).where(PersonKey.person == thread.ref)
    ).one()
    assert key_id not in sweeping.unused()
    db.session.execute(sa.delete(Thread))
    db.session.commit()
    assert key_id in sweeping.unused()


def test_an_erased_chat_leaves_no_byte_of_a_name_in_the_file_nor_in_its_log(begins):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps no such log of ours")
    files = [Path(f"{db.engine.url.database}{end}") for end in ("", "-wal")]
    thread = begins(who=who("Xylophila"))
    assert any(b"Xylophila" in file.read_bytes() for file in files if file.exists())
    forget(thread.id)
    assert not any(b"Xylophila" in file.read_bytes() for file in files if file.exists())


def test_whoever_reads_a_chat_while_it_is_erased_is_told_that_it_is_gone(begins):
    thread = begins()
    key_id = db.session.scalar(sa.select(PersonKey.key_id).where(PersonKey.person == thread.ref))

    @sa.event.listens_for(db.engine, "after_cursor_execute", once=True)
    def erase(*_read: object) -> None:
        with db.engine.begin() as elsewhere:
            elsewhere.execute(sa.delete(Thread))
        vault().store.forget([key_id])

    with pytest.raises(NoResultFound):
        reading.lines(thread)
