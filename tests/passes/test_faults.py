"""Claiming, signing, using, moving and returning a pass: all of it or nothing."""

from portal.clock import now
from portal.passes import actions, entry, signing
from portal.passes.signing import Signer
from tests.passes.conftest import SATURDAY, SUNDAY, member
from tests.power import all_or_nothing


def test_claiming_is_all_or_nothing(screened):
    public_id = screened().public_id
    assert all_or_nothing(lambda: actions.claim(public_id, day=SATURDAY, at=now())) == 6


def test_signing_is_all_or_nothing(issues):
    number = issues(signed=False).id
    signer = Signer("Robin Test")
    assert all_or_nothing(lambda: signing.sign(number, signer=signer, at=now())) == 3


def test_letting_in_and_taking_that_back_are_all_or_nothing(issues):
    number, desk = issues(day=SUNDAY).id, member()
    assert all_or_nothing(lambda: entry.redeem(number, staff=desk, press="one", at=now())) == 5
    assert all_or_nothing(lambda: entry.undo(number, "one", staff=desk, at=now())) == 5


def test_moving_is_all_or_nothing(issues):
    number = issues(day=SUNDAY).id
    assert all_or_nothing(lambda: actions.move(number, day=SATURDAY, at=now())) == 9


def test_giving_back_is_all_or_nothing(issues):
    number = issues(day=SUNDAY).id
    assert all_or_nothing(lambda: actions.give_back(number, at=now())) == 6


def test_giving_one_more_is_all_or_nothing(issues):
    lead_id, desk = issues(day=SUNDAY).lead_id, member()
    give = {"day": SATURDAY, "staff": desk, "because": "Lost the first", "at": now()}
    assert all_or_nothing(lambda: actions.give(lead_id, **give)) == 5
