"""A fault at any statement of a write leaves nothing half done."""

import pytest
import sqlalchemy as sa

from portal.clock import now
from portal.extensions import db
from portal.referrals import actions, chores, verifying
from portal.referrals.answer import OK, Answer
from portal.referrals.evidence import Evidence
from portal.referrals.models import State
from portal.referrals.verifying import Word
from portal.staff.models import Role
from tests.referrals.conftest import URGENT, answered, fresh, make_staff, take, verified

MOST_STATEMENTS = 80


class BrokenError(RuntimeError):
    """The fault."""


def everything() -> dict[str, list[tuple]]:
    """Every row of every table, as it is in the database."""
    db.session.rollback()
    with db.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(table.select())))
            for table in db.metadata.sorted_tables
        }


def breaks_everywhere(act) -> int:
    """Let `act` fail at its first write, its second ...; return how many writes it has."""
    for turn in range(1, MOST_STATEMENTS):
        before, seen = everything(), []

        def fail(_conn, _cursor, statement, *_rest, seen=seen, turn=turn):
            if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
                seen.append(statement)
                if len(seen) == turn:
                    raise BrokenError

        sa.event.listen(db.engine, "before_cursor_execute", fail)
        try:
            act()
        except BrokenError:
            assert everything() == before
        else:
            return turn - 1
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", fail)
    raise AssertionError("no end of writes")


ANSWER = Answer(says=OK, name="Dr. Ada Test", note="Fine")


@pytest.fixture
def deed(request, refers, app):
    """Something that writes, ready to be done."""
    coach, name = make_staff("Jules Test", Role.COACH), request.param
    referral = refers(**(URGENT if name == "seen" else {}))
    number, lead_id = referral.id, referral.lead_id
    if name == "take":
        return lambda: actions.take_letter(number, at=now())
    if name == "told":
        note = Evidence("pdf", b"%PDF-1.7")
        return lambda: actions.hear_the_person(number, answer=ANSWER, evidence=note, at=now())
    if name == "professional":
        link = take(referral).public_id
        return lambda: actions.hear_the_professional(link, answer=ANSWER, at=now())
    if name == "seen":
        day = now().date()
        return lambda: verifying.record_seen(lead_id, on=day, where="x", staff=coach, at=now())
    if name == "verify":
        clearance = answered(referral).id
        word = Word(State.LIMITED)
        return lambda: verifying.verify(lead_id, clearance, word, staff=coach, at=now())
    verified(referral, coach)
    later = now().replace(year=2028)
    return lambda: chores.expire(at=later)


@pytest.mark.parametrize(
    "deed", ["take", "told", "professional", "seen", "verify", "expire"], indirect=True
)
def test_broken_write_leaves_everything_as_it_was(deed):
    assert breaks_everywhere(deed) >= 3


def test_follow_up_that_breaks_is_sent_by_the_next_run(refers, clock):
    referral = refers()
    clock.advance(days=8)
    assert breaks_everywhere(lambda: chores.follow_up(at=now())) >= 2
    assert fresh(referral).follow_ups == 1
