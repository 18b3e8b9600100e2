"""Replies belong to who wrote them: found by a keyed hash, copied, erased, gone by the clock."""

import json
import zipfile
from io import BytesIO

import pytest

from portal.clock import now
from portal.extensions import db, vault
from portal.privacy import erasing, export, holdings
from portal.replies import sealing
from portal.vault import CannotOpenError
from tests.desk.conftest import make_staff
from tests.privacy.conftest import again
from tests.privacy.test_retention import due
from tests.replies.conftest import leave, replies


@pytest.fixture
def wrote(told):
    """Somebody who told us everything, and left two replies under spellings of their address."""
    lead_id = told().lead_id
    local, _, domain = again(lead_id).email.partition("@")
    leave("My own words", email=f"{local}@{domain}")
    leave("More of them", email=f"{local.upper()}+blog@{domain}")
    leave("Somebody else", email="else@example.com")
    return lead_id


def test_the_copy_holds_what_somebody_left_under_articles(wrote):
    lead = again(wrote)
    with zipfile.ZipFile(BytesIO(export.archive(lead, at=now()))) as pack:
        whole = json.loads(pack.read("data.json"))
    [section] = [each for each in whole["sections"] if each["name"] == "reply"]
    assert [row["text"] for row in section["rows"]] == ["My own words", "More of them"]
    assert section["rows"][0]["who"]["name"] == "Rosa M."
    assert holdings.counts(lead)["reply"] == 2


def test_erasing_somebody_erases_their_replies_and_shreds_the_keys(wrote):
    mine = [(reply.ref, reply.place("text"), reply.text) for reply in replies()[:2]]
    erasing.erase(wrote, because=erasing.BY_PERSON, at=now())
    assert [sealing.text(reply) for reply in replies()] == ["Somebody else"]
    for _, place, sealed in mine:
        with pytest.raises(CannotOpenError):
            vault().open(place, sealed)


def test_what_waits_or_was_put_aside_goes_after_30_days(app):
    leave()
    due("reply_held", 30)
    assert replies() == []


def test_what_is_published_goes_after_1095_days(app):
    reply = leave()
    reply.publish(staff_id=make_staff().id, at=now())
    db.session.commit()
    due("reply", 1095)
    assert replies() == []


def test_the_words_before_an_edit_go_after_30_days_and_the_reply_stays(app):
    reply, staff = leave("My doctor, Dr. Test, said so"), make_staff()
    reply.publish(staff_id=staff.id, at=now())
    words, before = (
        sealing.seal(reply, part, text)
        for part, text in (("text", "A doctor said so"), ("original", "Dr. Test said so"))
    )
    reply.edit(words, original=before, staff_id=staff.id, at=now())
    db.session.commit()
    due("reply_original", 30)
    [reply] = replies()
    assert (sealing.text(reply), reply.original) == ("A doctor said so", None)
