"""What the planning rules are told about a person: here, what a professional's clearance limits."""

import pytest

from portal.onboarding import changing, planning, queries
from portal.onboarding.picture import picture
from portal.referrals.answer import Limits
from tests.onboarding.conftest import send


def told_of(referral) -> planning.Assessment:
    return picture(queries.last_assessment(referral.lead_id))


@pytest.mark.parametrize(
    ("limits", "known"),
    [
        (Limits(no_impact=True), {"no_impact"}),
        (Limits(max_load_kg=20), {"no_load"}),
        (Limits(max_load_kg=0), {"no_load"}),
        (Limits(range="comfortable"), {"small_range"}),
        (Limits(range="no_end"), {"small_range"}),
        (Limits(no_impact=True, max_load_kg=20), {"no_impact", "no_load"}),
        (Limits(other="Not before noon"), set()),
    ],
)
def test_each_limit_of_a_clearance_is_told_to_the_rules(cleared, limits, known):
    assert told_of(cleared(limits)).limits == known


@pytest.mark.one_database
def test_a_goal_that_has_its_nearest_match_only_is_told_to_the_rules(jules, consult):
    _, address = consult()
    page = jules.get(f"{address}/goals").text
    send(jules, page, f"{address}/goals", goal_3_area="stairs")
    opened = queries.assessment(int(address.rpartition("/")[2]))
    assert [goal.area for goal in picture(opened).goals] == ["stairs"]


def test_without_a_clearance_or_with_a_whole_one_there_are_no_limits(cleared, assessed):
    whole, nobody = cleared(), assessed(name="Nell Test")
    assert told_of(whole).limits == frozenset()
    assert picture(queries.last_assessment(nobody.id)).limits == frozenset()


def test_a_plan_built_under_limits_keeps_to_them_today_and_later(cleared):
    referral = cleared(Limits(no_impact=True, max_load_kg=20))
    sheet = changing.read(queries.live_plan(referral.lead_id))
    person = told_of(referral)
    assert planning.faults(sheet.as_plan, person) == ()
    assert planning.highest_level("walk", person) == 3
    assert planning.highest_level("squat", person) == 2
