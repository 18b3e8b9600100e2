"""What the desk may read of a decision, and that each reading is noted."""

import pytest
from sqlalchemy import select

from portal.clock import now
from portal.extensions import db, transaction
from portal.intake.actions import read_reasons
from portal.intake.models import Reading
from portal.intake.queries import latest_decision
from portal.staff.models import Role, Staff
from tests.intake.test_road_to_result import BACK, the_lead


def member(role: Role) -> Staff:
    staff = Staff(
        email=f"{role.value}@example.com",
        name="Alex Test",
        role=role,
        password_hash="x",
        created_at=now(),
    )
    with transaction():
        db.session.add(staff)
    return staff


@pytest.mark.parametrize("role", [Role.COACH, Role.MANAGER])
def test_reading_is_noted_with_who_whose_when_and_where(starts, role):
    starts(**BACK, high_bp="controlled").walk()
    staff, decision = member(role), latest_decision(the_lead().id)
    why = read_reasons(decision, staff=staff, page="/desk/leads/1")
    assert why.said == ("pain in your low back", "high blood pressure that is under control")
    noted = db.session.scalars(select(Reading)).one()
    assert (noted.staff_id, noted.decision_id, noted.page, noted.at) == (
        staff.id,
        decision.id,
        "/desk/leads/1",
        now(),
    )


def test_desk_role_reads_nothing_and_leaves_no_trace(starts):
    starts(**BACK).walk()
    staff, decision = member(Role.DESK), latest_decision(the_lead().id)
    with pytest.raises(PermissionError):
        read_reasons(decision, staff=staff, page="/desk/leads/1")
    assert db.session.scalars(select(Reading)).all() == []


def test_flagged_answers_come_first_in_words(starts):
    starts(**BACK, high_bp="controlled").walk()
    decision = latest_decision(the_lead().id)
    why = read_reasons(decision, staff=member(Role.COACH), page="x")
    flagged = [(row.label, row.answer) for row in why.rows if row.flagged]
    assert flagged == [
        ("Where it hurts", "Low back"),
        ("High blood pressure", "Yes, and it is under control"),
    ]
    assert [row.flagged for row in why.rows[:3]] == [True, True, False]
    assert ("Age", "35") in [(row.label, row.answer) for row in why.rows]


def test_rules_come_with_their_sources_and_say_that_nobody_signed(starts):
    starts(**BACK, high_bp="controlled").walk()
    why = read_reasons(latest_decision(the_lead().id), staff=member(Role.COACH), page="x")
    line = next(rule for rule in why.rules if rule.id == "BP-CONTROLLED")
    assert (line.level, line.hold, line.reviewed) == ("CAUTION", "none", False)
    assert line.citations
    assert "No breath-holding or straining; breathe out on effort." in why.coach_brief


def test_latest_decision_is_the_last_of_any_check_of_the_lead(starts):
    walker = starts(surgery="lt_12w")
    walker.visit(walker.walk().path.replace("/result", "/history"))
    walker.press(ticks=["none"])
    walker.press()
    assert latest_decision(the_lead().id).disposition == "CLEAR"
    assert latest_decision(0) is None
