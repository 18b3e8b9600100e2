"""Every step from every state, by table and by a machine that tries them in any order."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from portal.errors import WrongStateError
from portal.referrals.models import RELEASED, VERIFIED, Referral, Source, State
from portal.staff.models import Role, Staff

AT = datetime(2026, 11, 22, 18, tzinfo=UTC)
DAY = date(2026, 11, 22)
COACH, DESK = Staff(id=1, name="Jules", role=Role.COACH), Staff(id=2, name="Dana", role=Role.DESK)
ALL = set(State)
ASKS = {State.ADVISED, State.LETTER_TAKEN, State.NOT_CLEARED, State.EXPIRED}


def at_state(state: State) -> Referral:
    referral = Referral(
        state=state, round=1, leaves="none", advised_at=AT, silent_since=AT, follow_ups=0
    )
    if state in RELEASED:
        referral.verified_by, referral.verified_at, referral.expires_on = COACH, AT, DAY
    return referral


def verify(referral, state=State.CLEARED, staff=COACH, expires_on=DAY):
    referral.verify(state, staff=staff, at=AT, leaves="none", expires_on=expires_on)


STEPS = {
    "take_letter": (lambda it: it.take_letter(at=AT), ASKS, State.LETTER_TAKEN),
    "person": (
        lambda it: it.receive(at=AT, source=Source.PERSON),
        ASKS | {State.RECEIVED},
        State.RECEIVED,
    ),
    "professional": (
        lambda it: it.receive(at=AT, source=Source.PROFESSIONAL),
        ALL,
        State.RECEIVED,
    ),
    "clear": (verify, {State.RECEIVED}, State.CLEARED),
    "limit": (lambda it: verify(it, State.LIMITED), {State.RECEIVED}, State.LIMITED),
    "refuse": (
        lambda it: verify(it, State.NOT_CLEARED, expires_on=None),
        {State.RECEIVED},
        State.NOT_CLEARED,
    ),
    "look_again": (lambda it: it.look_again(staff=COACH), set(VERIFIED), State.RECEIVED),
    "expire": (lambda it: it.expire(), set(RELEASED), State.EXPIRED),
    "reopen": (lambda it: it.reopen(None, at=AT), ALL, State.ADVISED),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("name", STEPS)
def test_step_is_allowed_from_the_states_of_the_table_only(name, state):
    step, allowed, after = STEPS[name]
    referral = at_state(state)
    if state not in allowed:
        with pytest.raises(WrongStateError):
            step(referral)
        assert referral.state is state
    else:
        step(referral)
        assert referral.state is after


@pytest.mark.parametrize(
    "step",
    [
        lambda it: verify(it, staff=DESK),
        lambda it: it.look_again(staff=DESK),
        lambda it: it.see(on=DAY, where="sealed", staff=DESK, at=AT),
    ],
)
@pytest.mark.parametrize("state", State)
def test_desk_role_verifies_nothing(step, state):
    referral = at_state(state)
    with pytest.raises(PermissionError):
        step(referral)
    assert referral.state is state


@pytest.mark.parametrize(
    ("state", "expires_on"),
    [
        (State.CLEARED, None),
        (State.LIMITED, None),
        (State.NOT_CLEARED, DAY),
        (State.ADVISED, DAY),
        (State.EXPIRED, None),
    ],
)
def test_word_without_its_end_is_none(state, expires_on):
    referral = at_state(State.RECEIVED)
    with pytest.raises(WrongStateError):
        verify(referral, state, expires_on=expires_on)
    assert referral.state is State.RECEIVED


@pytest.mark.parametrize(("days", "stands"), [(-1, True), (0, True), (1, False)])
def test_clearance_stands_through_its_last_day(days, stands):
    assert at_state(State.CLEARED).releases(today=DAY + timedelta(days=days)) is stands


@pytest.mark.parametrize("state", State)
def test_undo_puts_back_every_field(state):
    referral = at_state(state)
    before = referral.snapshot()
    referral.verified_by_id = 7
    referral.state, referral.expires_on, referral.verified_at = State.LIMITED, date.max, AT
    referral.see(on=DAY, where="sealed", staff=COACH, at=AT)
    referral.put_back(before)
    assert (referral.snapshot(), referral.seen_where) == (before, None)


def test_undo_does_not_reach_over_changed_answers():
    referral = at_state(State.RECEIVED)
    before = referral.snapshot()
    referral.reopen(None, at=AT)
    with pytest.raises(WrongStateError):
        referral.put_back(before)


class Loop(RuleBasedStateMachine):
    """A referral under every order of steps, beside the little that must hold."""

    @initialize()
    def begin(self):
        self.referral, self.day = at_state(State.ADVISED), DAY
        self.cleared = SimpleNamespace(by=None, until=None)

    @rule(name=st.sampled_from(sorted(set(STEPS) - {"clear", "limit", "refuse"})))
    def step(self, name):
        step, allowed, _ = STEPS[name]
        if self.referral.state in allowed:
            self.cleared.by = None
            step(self.referral)
        else:
            with pytest.raises(WrongStateError):
                step(self.referral)

    @rule(
        state=st.sampled_from([State.CLEARED, State.LIMITED]),
        staff=st.sampled_from([COACH, DESK]),
        days=st.integers(0, 400),
    )
    def verify(self, state, staff, days):
        until = self.day + timedelta(days=days)
        may = staff is COACH and self.referral.state is State.RECEIVED
        try:
            verify(self.referral, state, staff=staff, expires_on=until)
        except (PermissionError, WrongStateError):
            assert not may
        else:
            assert may
            self.cleared.by, self.cleared.until = staff, until

    @rule(days=st.integers(1, 200))
    def sleep(self, days):
        self.day += timedelta(days=days)

    @invariant()
    def only_a_coach_opens_the_door_and_only_until_its_day(self):
        opened = self.cleared.by is COACH and self.day <= self.cleared.until
        assert self.referral.releases(today=self.day) is opened

    @invariant()
    def whoever_is_advised_has_nothing_from_before(self):
        if self.referral.state is State.ADVISED:
            known = (self.referral.taken_at, self.referral.received_at, self.referral.expires_on)
            assert known == (None, None, None)


TestLoop = Loop.TestCase
TestLoop.settings = hypothesis_settings(max_examples=60, stateful_step_count=30, deadline=None)
