from datetime import timedelta

import pytest

from portal.clock import now
from portal.errors import WrongStateError
from portal.extensions import transaction
from portal.mail import actions, queries
from portal.mail.models import MailPause, MailState
from portal.mail.queries import Standing
from tests.mail.conftest import row, write


def put(mail_id, state):
    with transaction():
        row_ = row(mail_id)
        row_.state = state


def test_standing_of_an_empty_outbox(nobody_there):
    standing = queries.standing(at=now())
    assert standing == Standing(configured=True, waiting=0, oldest=None, failed=0, pause=None)
    assert not standing.needs_somebody


def test_standing_counts_what_is_due_and_what_failed(nobody_there, clock):
    started = now()
    first, second, _later = write(1), write(2), write(3, due=now() + timedelta(hours=1))
    clock.advance(minutes=9)
    assert queries.standing(at=now()) == Standing(
        configured=True, waiting=2, oldest=started, failed=0, pause=None
    )
    put(first, MailState.FAILED)
    put(second, MailState.SENT)
    standing = queries.standing(at=now())
    assert (standing.waiting, standing.oldest, standing.failed) == (0, None, 1)
    assert standing.needs_somebody


def test_standing_says_when_no_mail_server_is_set(app):
    assert not queries.standing(at=now()).configured
    assert not queries.standing(at=now()).needs_somebody
    write()
    assert queries.standing(at=now()).needs_somebody


def test_standing_says_why_the_queue_stands_still(nobody_there):
    with transaction() as session:
        session.add(MailPause(since=now(), because="535 no"))
    assert queries.standing(at=now()).pause.because == "535 no"
    actions.lift_pause()
    assert queries.standing(at=now()).pause is None


def test_counts_name_every_state(app):
    put(write(1), MailState.SENT)
    write(2)
    assert queries.counts() == {
        **dict.fromkeys(MailState, 0),
        MailState.SENT: 1,
        MailState.READY: 1,
    }


def test_failed_are_listed_newest_first(app, clock):
    ids = []
    for number in range(3):
        ids.append(write(number))
        put(ids[-1], MailState.FAILED)
        clock.advance(minutes=1)
    assert [mail.id for mail in queries.failed()] == ids[::-1]
    assert [mail.id for mail in queries.failed(limit=1)] == ids[2:]


def test_waiting_are_listed_next_first(app):
    later, soon = write(1, due=now() + timedelta(hours=1)), write(2)
    put(write(3), MailState.SENT)
    assert [mail.id for mail in queries.waiting()] == [soon, later]


def test_mails_of_one_reference_are_listed_in_order(app):
    ids = [write(1, reference="TL-7K4Q"), write(2, reference="TL-7K4Q")]
    write(3, reference="TL-OTHER")
    assert [mail.id for mail in queries.of_reference("TL-7K4Q")] == ids


@pytest.mark.parametrize("state", sorted(set(MailState) - {MailState.FAILED}))
def test_only_a_failed_letter_is_sent_again(app, state):
    mail_id = write()
    put(mail_id, state)
    with pytest.raises(WrongStateError):
        actions.send_again(mail_id)


def test_letter_sent_again_has_a_full_round_of_tries(app, clock):
    mail_id = write()
    with transaction():
        mail = row(mail_id)
        mail.state, mail.tries = MailState.FAILED, 9
    clock.advance(days=3)
    actions.send_again(mail_id)
    mail = row(mail_id)
    assert (mail.state, mail.tries, mail.due) == (MailState.READY, 0, now())
