"""Passes against a model of them: whatever happens in whatever order, both tell the same story.

`PASS_MODEL_RUNS` sets how many stories of 50 steps are told: 2,000 at the gate, otherwise as many
as take some seconds; on PostgreSQL a third of them.
"""

import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from portal.errors import WrongStateError
from portal.extensions import db, transaction
from portal.extensions import settings as app_settings
from portal.leads.days import offered as open_days
from portal.leads.kinds import Disposition
from portal.leads.models import Activity, Lead
from portal.mail.models import OutboxMail
from portal.passes import actions, days, entry, waiver
from portal.passes.actions import NotAllowedError
from portal.passes.entry import StoppedError
from portal.passes.identity import ONE_PER, AlreadyHadOneError
from portal.passes.models import DayPass, PassIdentity, Redemption, State, WaiverSignature
from portal.passes.verdict import Why
from portal.staff.models import Staff
from tests.conftest import NOON_SUNDAY
from tests.passes.conftest import member
from tests.passes.test_claim import again

RUNS = int(os.environ.get("PASS_MODEL_RUNS", "40"))
STEPS = 50
PEOPLE, ASKS = 2, 3
LEVELS = (Disposition.CLEAR, Disposition.CLEAR, Disposition.CAUTION, Disposition.URGENT)

PASSES = """SELECT day_pass.id, valid_on, state, press FROM day_pass
LEFT JOIN redemption ON pass_id = day_pass.id ORDER BY day_pass.id"""
HELD = "SELECT pass_id, until FROM pass_identity WHERE who LIKE 'lead:%%'"
"""Asked after each of a hundred thousand steps, so in the words of the database."""

who = st.integers(0, PEOPLE - 1)
which = st.integers(0, 20)
ahead = st.integers(0, 4)


@dataclass
class Pass:
    """What the model knows of a pass."""

    id: int
    person: int
    day: date
    state: State = State.READY
    signed: bool = False
    press: str = ""
    used_at: datetime | None = None


def _is_ahead(one: Pass, at: datetime) -> bool:
    return one.state is State.READY and one.day >= days.today(at)


@dataclass
class World:
    """What stands in the database for all stories: people, their requests, the desk."""

    enquiries: list[list[str]]
    leads: list[int]
    desk: int


@dataclass
class Model:
    """What the model knows of everything; `held` names the pass a person has, and until when."""

    passes: list[Pass] = field(default_factory=list)
    by_enquiry: dict[tuple[int, int], Pass] = field(default_factory=dict)
    held: dict[int, tuple[int, datetime]] = field(default_factory=dict)
    level: list[Disposition] = field(default_factory=lambda: [Disposition.CLEAR] * PEOPLE)

    def allows(self, person: int) -> bool:
        return self.level[person] in {Disposition.CLEAR, Disposition.CAUTION}

    def is_taken(self, person: int, at: datetime, *, by_other_than: int = 0) -> bool:
        holder, until = self.held.get(person, (0, at))
        return until > at and holder != by_other_than

    def is_counted(self, person: int, at: datetime) -> bool:
        mine = [one for one in self.passes if one.person == person]
        return any(
            one.used_at > at - ONE_PER if one.used_at else _is_ahead(one, at) for one in mine
        )

    def keeps(self, one: Pass, until: datetime) -> None:
        if self.held.get(one.person, (0,))[0] == one.id:
            self.held[one.person] = (one.id, until)


class Story(RuleBasedStateMachine):
    """Steps that people and the desk take, each checked against the model."""

    world: World

    @initialize()
    def begin(self) -> None:
        self.at = NOON_SUNDAY
        self.model = Model()
        with transaction() as session:
            for table in (Redemption, WaiverSignature, PassIdentity, DayPass, OutboxMail, Activity):
                session.execute(db.delete(table))
            for lead in session.scalars(db.select(Lead)):
                self._screen(lead, Disposition.CLEAR)

    def _screen(self, lead: Lead, level: Disposition) -> None:
        hold = "all" if level is Disposition.URGENT else "none"
        lead.screened(level, timeframe="none", hold=hold, at=self.at, due_at=self.at)

    def _day(self, ahead: int) -> date:
        """No day is closed in these stories, so the hours alone tell which are offered."""
        return open_days(app_settings().studio.hours, at=self.at)[ahead]

    def _one(self, which: int) -> Pass:
        return self.model.passes[which % len(self.model.passes)]

    @rule(person=who, ask=st.integers(0, ASKS - 1), ahead=ahead)
    def claim(self, person: int, ask: int, ahead: int) -> None:
        model, day, expected = self.model, self._day(ahead), None
        standing = model.by_enquiry.get((person, ask))
        if standing is None and not model.allows(person):
            expected = NotAllowedError
        elif standing is None and (
            model.is_taken(person, self.at) or model.is_counted(person, self.at)
        ):
            expected = AlreadyHadOneError
        got = self._try(expected, actions.claim, self.world.enquiries[person][ask], day=day)
        if got and standing:
            assert got.id == standing.id
        elif got:
            self._issued(got, person, day)
            model.by_enquiry[person, ask] = model.passes[-1]

    @rule(person=who, ahead=ahead)
    def give(self, person: int, ahead: int) -> None:
        expected = None if self.model.allows(person) else NotAllowedError
        desk, day = db.session.get_one(Staff, self.world.desk), self._day(ahead)
        lead_id = self.world.leads[person]
        got = self._try(expected, actions.give, lead_id, day=day, staff=desk, because="x")
        if got:
            self._issued(got, person, day)

    def _issued(self, got: DayPass, person: int, day: date) -> None:
        self.model.passes.append(Pass(got.id, person, day))
        self.model.held[person] = (got.id, days.end_of(day))

    @precondition(lambda self: self.model.passes)
    @rule(which=which)
    def sign(self, which: int) -> None:
        one = self._one(which)
        if not one.signed:
            with transaction() as session:
                session.add(_signature(one.id, self.at))
            one.signed = True

    @precondition(lambda self: self.model.passes)
    @rule(which=which, ahead=ahead)
    def move(self, which: int, ahead: int) -> None:
        one, day, expected = self._one(which), self._day(ahead), None
        if day != one.day:
            if not self.model.allows(one.person):
                expected = NotAllowedError
            elif one.state is not State.READY:
                expected = WrongStateError
            elif self.model.is_taken(one.person, self.at, by_other_than=one.id):
                expected = AlreadyHadOneError
        got = self._try(expected, actions.move, one.id, day=day)
        if got and day != one.day:
            one.day = day
            self.model.held[one.person] = (one.id, days.end_of(day))

    @precondition(lambda self: self.model.passes)
    @rule(which=which)
    def give_back(self, which: int) -> None:
        one = self._one(which)
        expected = WrongStateError if one.state is State.USED else None
        self._try(expected, actions.give_back, one.id)
        if one.state is State.READY:
            one.state = State.RETURNED
            if self.model.held.get(one.person, (0,))[0] == one.id:
                del self.model.held[one.person]

    @precondition(lambda self: self.model.passes)
    @rule(which=which, again=st.booleans())
    def redeem(self, which: int, again: bool) -> None:
        one = self._one(which)
        press = one.press if again and one.press else secrets.token_hex(4)
        repeats = one.state is State.USED and press == one.press
        stopped = None if repeats else self._stops(one)
        desk = db.session.get_one(Staff, self.world.desk)
        try:
            entry.redeem(one.id, staff=desk, press=press, at=self.at)
        except StoppedError as error:
            assert error.verdict.why is stopped  # noqa: PT017 - the reason is what is checked
            return
        assert stopped is None
        if not repeats:
            one.state, one.press, one.used_at = State.USED, press, self.at
            self.model.keeps(one, self.at + ONE_PER)

    def _stops(self, one: Pass) -> Why | None:
        today, span = days.today(self.at), days.hours_on(one.day)
        reasons = {
            Why.RETURNED: one.state is State.RETURNED,
            Why.USED: one.state is State.USED,
            Why.OVER: one.day < today,
            Why.EARLY: one.day > today,
            Why.HELD: not self.model.allows(one.person),
            Why.WAIVER: not one.signed,
            Why.HOURS: not span[0] <= self.at < span[1],
        }
        return next((why for why, holds in reasons.items() if holds), None)

    @precondition(lambda self: self.model.passes)
    @rule(which=which, stale=st.booleans())
    def undo(self, which: int, stale: bool) -> None:
        one = self._one(which)
        press = "another" if stale else one.press
        desk = db.session.get_one(Staff, self.world.desk)
        entry.undo(one.id, press, staff=desk, at=self.at)
        if one.state is State.USED and press == one.press:
            one.state, one.used_at = State.READY, None
            self.model.keeps(one, days.end_of(one.day))

    @rule(person=who, level=st.sampled_from(LEVELS))
    def screen_again(self, person: int, level: Disposition) -> None:
        with transaction() as session:
            self._screen(session.get_one(Lead, self.world.leads[person]), level)
        self.model.level[person] = level

    @rule(hours=st.sampled_from((1, 5, 24, 24 * 30)))
    def wait(self, hours: int) -> None:
        self.at += timedelta(hours=hours)

    def _try(self, expected: type[Exception] | None, act, *args, **more):
        if expected is None:
            return act(*args, at=self.at, **more)
        with pytest.raises(expected):
            act(*args, at=self.at, **more)
        return None

    @invariant()
    def database_tells_the_same(self) -> None:
        if not hasattr(self, "model"):
            return
        connection = db.session.connection()
        rows = connection.exec_driver_sql(PASSES).all()
        assert [(number, str(day), *rest) for number, day, *rest in rows] == [
            (one.id, str(one.day), one.state, one.press if one.state is State.USED else None)
            for one in self.model.passes
        ]
        held = connection.exec_driver_sql(HELD).all()
        assert sorted((number, _moment(until)) for number, until in held) == sorted(
            self.model.held.values()
        )
        db.session.rollback()


def _moment(stored: str | datetime) -> datetime:
    """The moment a row holds: SQLite gives its text, PostgreSQL a moment in some zone."""
    if isinstance(stored, str):
        return datetime.fromisoformat(stored).replace(tzinfo=UTC)
    return stored.astimezone(UTC)


def _signature(pass_id: int, at: datetime) -> WaiverSignature:
    """A signature as the door sees it; what a real one holds is proved with the pages."""
    return WaiverSignature(
        public_id=secrets.token_urlsafe(32),
        pass_id=pass_id,
        version=waiver.current_version(),
        text_hash="0" * 64,
        content="",
        pdf="",
        pdf_hash="0" * 64,
        by_guardian=False,
        signed_at=at,
    )


@pytest.mark.timeout(0 if RUNS > 50 else 240)
@pytest.mark.usefixtures("careless")
def test_any_story_is_told_alike_by_the_model_and_the_database(app, screened, asks):
    first = [screened(f"Person {number}", age=30 + 10 * number) for number in range(PEOPLE)]
    asked = [
        [each, *(again(each, asks, name=each.name) for _ in range(ASKS - 1))] for each in first
    ]
    Story.world = World(
        enquiries=[[each.public_id for each in one] for one in asked],
        leads=[each.lead_id for each in first],
        desk=member().id,
    )
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=RUNS if db.engine.dialect.name == "sqlite" else max(RUNS // 3, 1),
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
