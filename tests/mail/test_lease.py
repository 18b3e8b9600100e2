from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from portal.clock import now
from portal.extensions import db, transaction
from portal.mail import lease, outbox
from portal.mail.models import MailState, OutboxMail
from portal.mail.worker import drain
from tests.mail.conftest import all_rows, row, write


def test_claimed_letter_is_left_alone_until_the_lease_is_over(server, clock):
    mail_id = write()
    claim = lease.take(at=now())
    clock.advance(seconds=119)
    assert drain(at=now()) == 0
    clock.advance(seconds=1)
    assert drain(at=now()) == 1
    assert (row(mail_id).state, row(mail_id).tries) == (MailState.SENT, 2)
    assert [mail["Message-ID"] for mail in server.mails] == [claim.message_id]


def test_outcome_of_a_lost_lease_changes_nothing(app, clock):
    mail_id = write()
    slow = lease.take(at=now())
    clock.advance(minutes=3)
    quick = lease.take(at=now())
    assert not lease.settle(slow, lambda mail: mail.fail(because="too slow"))
    assert lease.settle(quick, lambda mail: mail.succeed(at=now()))
    assert row(mail_id).state is MailState.SENT


@pytest.mark.parametrize("settles", [True, False])
def test_letter_that_is_cancelled_under_way_is_not_tried_again(server, clock, settles):
    mail_id = write()
    claim = lease.take(at=now())
    with transaction():
        outbox.cancel(claim.uid)
    if settles:
        lease.settle(claim, lambda mail: mail.retry(at=now(), because="451"))
    clock.advance(minutes=5)
    assert drain(at=now()) == 0
    assert (row(mail_id).state, server.mails) == (MailState.EXPIRED, [])


def test_letter_that_failed_before_it_was_cancelled_is_not_sent_again(server):
    mail_id = write()
    claim = lease.take(at=now())
    lease.settle(claim, lambda mail: mail.fail(because="550"))
    with transaction():
        assert outbox.cancel(claim.uid) == 0
    with transaction() as session:
        session.get_one(OutboxMail, mail_id).send_again(at=now())
    assert drain(at=now()) == 0
    assert (row(mail_id).state, server.mails) == (MailState.EXPIRED, [])


def test_pause_of_a_lost_lease_changes_nothing(app, clock):
    write()
    slow = lease.take(at=now())
    clock.advance(minutes=3)
    lease.take(at=now())
    lease.pause(slow, because="535")
    assert [mail.state for mail in all_rows()] == [MailState.SENDING]


def test_workers_side_by_side_send_each_letter_once(server, app):
    for number in range(24):
        write(number)

    def work(_):
        with app.app_context():
            return drain(at=now())

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 24
    assert Counter(to for [to] in server.envelopes) == Counter(
        f"dana{number}@example.com" for number in range(24)
    )
    assert {mail.state for mail in all_rows()} == {MailState.SENT}


def test_longest_due_goes_first(server, clock):
    write(1)
    clock.advance(minutes=1)
    write(2)
    write(3, due=all_rows()[0].due)
    drain(at=now())
    assert [mail["Subject"][-4:] for mail in server.mails] == ["0001", "0003", "0002"]


def test_idle_worker_takes_no_write_lock(server):
    statements = []
    listener = lambda *context: statements.append(context[2].split()[0])  # noqa: E731
    sa.event.listen(db.engine, "before_cursor_execute", listener)
    assert drain(at=now()) == 0
    sa.event.remove(db.engine, "before_cursor_execute", listener)
    assert set(statements) - {"BEGIN"} == {"SELECT"}
