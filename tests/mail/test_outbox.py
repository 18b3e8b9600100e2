import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from jinja2 import UndefinedError

from portal.extensions import db, transaction
from portal.mail import outbox
from portal.mail.models import MailState, OutboxMail
from portal.vault import CannotOpenError


def rows():
    return db.session.scalars(sa.select(OutboxMail).order_by(OutboxMail.id)).all()


def queue_alert(uid="staff_alert:1:1", **options):
    context = {"reference": "TL-7K4Q", "url": "http://localhost/desk/"}
    return outbox.queue(
        kind="staff_alert", uid=uid, recipient="dana@example.com", context=context, **options
    )


def test_message_is_a_row_of_the_callers_transaction(app):
    with transaction():
        queue_alert(reference="TL-7K4Q")
    [mail] = rows()
    assert mail.state is MailState.READY
    assert mail.reference == "TL-7K4Q"
    assert mail.due == mail.created_at
    assert mail.subject == "Action needed: TL-7K4Q"


def test_message_goes_when_the_transaction_fails(app):
    @transaction()
    def queue_and_fail():
        queue_alert()
        outbox.queue(kind="staff_alert", uid="x:1:1", recipient="dana@example.com", context={})

    with pytest.raises(UndefinedError):
        queue_and_fail()
    assert rows() == []


def test_same_uid_twice_is_one_row(app):
    with transaction():
        first = queue_alert()
        assert queue_alert().id == first.id
    with transaction():
        assert queue_alert(due=first.due + timedelta(days=1)).due == first.due
    assert len(rows()) == 1


def test_cancel_takes_back_what_waits_under_the_prefix(app):
    with transaction():
        queue_alert("staff_alert:1:1")
        queue_alert("staff_alert:17:1")
    with transaction():
        assert outbox.cancel("staff_alert:1:") == 1
    assert [mail.state for mail in rows()] == [MailState.CANCELLED, MailState.READY]


def test_content_is_sealed_to_its_row(app):
    with transaction():
        mail = queue_alert()
    assert "Open the desk" not in mail.content
    assert outbox.unseal(mail.uid, mail.content).text.startswith("Open the desk:\n")
    with pytest.raises(CannotOpenError):
        outbox.unseal("staff_alert:2:1", mail.content)


def test_message_id_is_stable_and_of_our_host(app):
    with transaction():
        first, other = queue_alert(), queue_alert("staff_alert:2:1")
    assert re.fullmatch(r"<[0-9a-f]{32}@localhost>", first.message_id)
    assert first.message_id != other.message_id


def test_cancel_leaves_what_is_under_way_or_gone(app):
    with transaction():
        for n, state in enumerate(MailState):
            queue_alert(f"staff_alert:1:{n}").state = state
    with transaction():
        assert outbox.cancel("staff_alert:1:") == 1
    assert {mail.state for mail in rows()} == set(MailState) - {MailState.READY}


def test_cancel_takes_wildcards_literally(app):
    with transaction():
        queue_alert("staff_alert:1:1")
    with transaction():
        assert outbox.cancel("staff%") == 0
        assert outbox.cancel("staff.alert") == 0


def test_same_uid_at_the_same_moment_is_one_row(app):
    start = threading.Barrier(6)

    def send(_):
        with app.app_context():
            start.wait()
            with transaction():
                return queue_alert().id

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(send, range(6)))) == 1
    assert len(rows()) == 1
