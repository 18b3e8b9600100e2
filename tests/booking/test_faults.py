"""Booking, moving, calling off and taking back: all of it or nothing, wherever it breaks off."""

from datetime import timedelta
from functools import partial

import pytest

from portal.booking import actions, queries, walkin
from portal.booking.models import State
from tests.booking.conftest import TUESDAY_10, at
from tests.power import all_or_nothing


@pytest.fixture
def booked(asks, amir, hand):
    return actions.book(asks().public_id, at(10), hand=hand())


def test_booking_is_all_or_nothing(asks, amir, hand):
    public_id, by_person = asks().public_id, hand()
    assert all_or_nothing(lambda: actions.book(public_id, at(10), hand=by_person)) == 7


def test_moving_is_all_or_nothing(booked, hand):
    number, by_person = booked.id, hand()
    assert all_or_nothing(lambda: actions.move(number, at(11), hand=by_person)) == 9


def test_calling_off_and_taking_that_back_are_all_or_nothing(booked, hand):
    number, by_person = booked.id, hand()
    assert all_or_nothing(lambda: actions.cancel(number, hand=by_person)) == 6
    version = queries.booking(number).version
    assert all_or_nothing(lambda: actions.undo(number, hand=by_person, seen=version)) == 9


def test_noting_who_missed_it_and_writing_to_them_are_all_or_nothing(booked, amir, hand, clock):
    number, version = booked.id, booked.version
    clock.move_to(TUESDAY_10 + timedelta(minutes=15))
    desk = hand(amir)
    missed = State.NO_SHOW
    assert all_or_nothing(lambda: actions.showed(number, missed, hand=desk, seen=version)) == 4
    assert all_or_nothing(lambda: actions.recover(number, hand=desk)) == 4


def test_walking_in_is_all_or_nothing(amir, hand):
    desk = hand(amir)
    kim = partial(walkin.walk_in, key="k", name="Kim", phone=None, coach=amir, hand=desk)
    assert all_or_nothing(kim) > 4
