"""People whose health check is done, and the coach who sits with them."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from portal.clock import now
from portal.intake.actions import record_screening
from portal.leads.models import Enquiry, Lead
from portal.onboarding.queries import last_assessment
from tests.desk.conftest import Desk, dana, form_on, fresh, jules, kinds_of
from tests.intake.conftest import asks

__all__ = ["asks", "dana", "fresh", "jules", "kinds_of"]

BACK = {
    "age": 44,
    "pain_sites": ["low_back"],
    "duration": "gt_12w",
    "trend": "same",
    "nprs": 5,
    "fear_move": 8,
    "confidence": 4,
    "aggravators": ["flexion"],
    "pain_previously_assessed": "yes",
    "goals": "Carry my shopping\nPlay on the floor",
}
"""A sore back that has been looked at: CAUTION, nothing held."""


@pytest.fixture
def told(asks) -> Callable[..., Lead]:
    """Somebody who has sent a health check: `told()`, or with other answers."""

    def tell(name: str = "Ada Test", **answers: Any) -> Lead:
        enquiry: Enquiry = asks(name=name)
        record_screening(
            enquiry, answers={**BACK, **answers}, wording="I agree that you may.", at=now()
        )
        return enquiry.lead

    return tell


def send(desk: Desk, page: str, path: str, **fields: Any):
    """Send the form on a page that goes to `path`, with its hidden fields."""
    form = form_on(page, path)
    return desk.client.post(form.pop("action"), data={**form, **fields})


def heading(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert found is not None
    return " ".join(unescape(re.sub("<[^>]+>", "", found[1])).split())


@pytest.fixture
def consult(jules, told) -> Callable[..., tuple[Lead, str]]:
    """Open the assessment; returns the person and the address below which its pages are."""

    def open_one(**answers: Any) -> tuple[Lead, str]:
        lead = told(**answers)
        address = f"/desk/leads/{lead.id}/assessment"
        answer = send(jules, jules.get(address).text, address)
        assert answer.status_code == 303
        return lead, answer.location.rpartition("/")[0]

    return open_one


MOVES = {
    "stand": {"squat_scale": "effort", "squat_pain": "3", "hinge_scale": "part", "hinge_pain": "5"},
    "day": {"sitting_hours": "7", "sleep": "mixed", "stress": "4", "activity": "some"},
    "goals": {
        "goal_1": "Carry my shopping",
        "goal_1_area": "carry",
        "goal_1_now": "3",
        "goal_2": "Play on the floor",
        "goal_2_now": "5",
    },
    "today": {"still_so": "same"},
}


@pytest.fixture
def assessed(jules, consult) -> Callable[..., Lead]:
    """Go through the whole assessment with somebody, and finish it."""

    def assess(**answers: Any) -> Lead:
        lead, address = consult(**answers)
        for slug, fields in MOVES.items():
            page = jules.get(f"{address}/{slug}").text
            assert send(jules, page, f"{address}/{slug}", **fields).status_code == 303
        assert send(jules, jules.get(address).text, f"{address}/finish").status_code == 303
        return lead

    return assess


@pytest.fixture
def planned(jules, assessed) -> Callable[..., tuple[Lead, str]]:
    """Build a plan; returns the person and the address of the plan."""

    def plan(**answers: Any) -> tuple[Lead, str]:
        lead = assessed(**answers)
        done = last_assessment(lead.id)
        page = jules.get(f"/desk/assessments/{done.id}").text
        answer = send(jules, page, f"/desk/leads/{lead.id}/plan")
        assert answer.status_code == 303
        return lead, answer.location

    return plan
