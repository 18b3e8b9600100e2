"""A reply that names a sign: its writer reads what to do at once, and a bell rings."""

import pytest
import sqlalchemy as sa

from portal.clock import now
from portal.extensions import db, settings
from portal.mail import outbox
from portal.mail.models import OutboxMail
from portal.replies import moderating
from portal.replies.models import Doubt
from tests.desk.conftest import make_staff
from tests.replies.conftest import ARTICLE, SLUG, leave, page_of

GRAVE = "I have crushing pain in my chest right now"
LESS = "One calf is newly swollen and hot"


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("text", "first"),
    [
        (GRAVE, "Call 911 now"),
        (LESS, "If it is new, please see a doctor today"),
    ],
)
def test_the_writer_reads_what_to_do_before_anything_else(client, write, text, first):
    page = client.get(write(text=text).location).text
    heading = page.partition("<h1")[2].partition("</h1>")[0]
    assert first in heading
    assert page.index(first) < page.index("Thank you. We read it first")
    assert ('href="tel:911"' in page, 'href="tel:5550100142"' in page) == (True, True)
    assert [word for word in ("crushing", "chest pain now", "calf") if word in page] == []


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("text", "first"),
    [
        (GRAVE, "Something in your reply can be serious."),
        (LESS, "If this is about you, and new, speak to"),
        (f"{GRAVE}. {'x' * 2000}", "Something in your reply can be serious."),
        ("A kind word", None),
    ],
)
def test_no_problem_of_the_form_keeps_its_writer_from_reading_what_to_do(write, text, first):
    answer = write(text=text, email="")
    advice = answer.text.partition('reply__help"')[2].partition("<b>")[2]
    assert (answer.status_code, bool(advice)) == (422, first is not None)
    assert advice.startswith(first or "")


@pytest.mark.one_database
def test_a_thread_that_closed_meanwhile_says_what_to_do_too(fill, client):
    sent = fill(text=GRAVE)
    moderating.close_thread(SLUG, staff=make_staff(), at=now())
    answer = client.post(ARTICLE, data=sent)
    assert (answer.status_code, "can be serious" in answer.text) == (409, True)


@pytest.mark.one_database
def test_nothing_is_said_of_signs_where_there_are_none(client):
    assert "Call 911" not in client.get(page_of(leave("A kind word"))).text


def test_a_bell_rings_at_the_studio_without_name_or_reason(app):
    reply = leave(GRAVE, name="Rosa M.")
    [mail] = db.session.scalars(sa.select(OutboxMail))
    letter = outbox.unseal(mail.uid, mail.content)
    assert (mail.kind, mail.recipient) == ("reply_alert", settings().studio.email)
    assert letter.subject == f"Please read now: reply {reply.ref}"
    words = f"{letter.subject} {letter.text} {letter.html}".lower()
    assert [word for word in ("chest", "rosa", "pain") if word in words] == []


@pytest.mark.parametrize("doubt", [Doubt.TRAP, Doubt.MANY])
def test_what_a_flood_looks_like_rings_no_bell_and_keeps_its_flag(app, doubt):
    reply = leave(GRAVE, doubt=doubt)
    assert db.session.scalars(sa.select(OutboxMail)).all() == []
    assert reply.is_flagged
