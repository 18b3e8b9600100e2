"""People whose health check is done, and the coach who sits with them."""

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any

import pytest

from portal.clock import now
from portal.extensions import db
from portal.leads.models import Enquiry, Lead
from portal.mail.models import MailState, OutboxMail
from portal.onboarding import changing, journal, links, plan_home, queries
from portal.onboarding.queries import last_assessment
from portal.referrals.answer import NO_LIMITS, Limits
from portal.referrals.models import Referral, State
from portal.referrals.queries import of_lead
from tests.desk.conftest import Desk, dana, form_on, fresh, jules, kinds_of
from tests.intake.conftest import asks
from tests.intake.recorded import record_screening
from tests.referrals.conftest import verified

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


def said(page: str) -> str:
    return " ".join(re.search('<h2 id="light">(.*?)</h2>', page, re.DOTALL)[1].split())


def waiting():
    """The reminders that are still to come."""
    return db.session.scalars(
        db.select(OutboxMail).where(
            OutboxMail.kind == "plan_reminder", OutboxMail.state == MailState.READY
        )
    ).all()


class Client:
    """One person with their link."""

    def __init__(self, client, plan) -> None:
        self.client, self.plan_id = client, plan.id
        self.renew()

    @property
    def plan(self):
        db.session.expire_all()
        return queries.plan(self.plan_id)

    @property
    def sheet(self):
        return changing.read(self.plan)

    @property
    def home(self):
        return plan_home.home(self.plan, at=now())

    @property
    def last(self):
        return journal.entries(queries.logs(self.plan_id))[-1]

    def renew(self) -> None:
        """Take up a link of today: the one before may have ended."""
        self.url = f"/plan/{links.plan_token(self.plan, at=now())}"

    def get(self, path: str = "/"):
        return self.client.get(self.url + path)

    def press(self, page: str, path: str, **fields):
        form = form_on(self.get(page).text, self.url + path)
        return self.client.post(form.pop("action"), data={**form, **fields})

    def begin(self):
        """Press the button of a page that has stood open for long."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/check").text)[1]
        return self.client.post(f"{self.url}/session", data={"csrf_token": token})

    def train(self, *, pain: int = 1, sore: str = "", confidence: str = "8", **fields: str) -> None:
        """Go through a whole session, every exercise the same; or `sore` hurts and the rest not."""
        assert self.press("/", "/session").location == f"{self.url}/session"
        for line in self.sheet.lines:
            hurts = pain if sore in {"", line.key} else 1
            told = {"done": "all", "pain": hurts, "felt": "right", **fields}
            assert self.press("/session", f"/session/{line.key}", **told).status_code == 303
        assert self.press("/session", "/done", confidence=confidence).status_code == 303

    def wake(self, settled: str = "yes"):
        form = form_on(self.get().text, f"{self.url}/morning")
        return self.client.post(form.pop("action"), data={**form, "settled": settled})


@pytest.fixture
def consult(jules, told) -> Callable[..., tuple[Lead, str]]:
    """Open the assessment; returns the person and the address below which its pages are."""

    def open_one(
        settle: Callable[[Lead], None] = lambda _: None, **answers: Any
    ) -> tuple[Lead, str]:
        lead = told(**answers)
        settle(lead)
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
def cleared(jules, planned) -> Callable[..., Referral]:
    """Somebody with a plan whom a professional has cleared: within limits, or until a day."""

    def clear(limits: Limits = NO_LIMITS, *, ends: date | None = None) -> Referral:
        state = State.CLEARED if limits == NO_LIMITS else State.LIMITED

        def settle(lead: Lead) -> None:
            referral = of_lead(lead.id)
            verified(referral, jules.staff, state, limits=limits, until=ends)

        lead, address = planned(settle=settle, surgery="lt_12w")
        assert send(jules, jules.get(address).text, f"{address}/share").status_code == 303
        return of_lead(lead.id)

    return clear


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


@pytest.fixture
def given(jules, planned, app):
    """A plan that was given to somebody: the person with their link."""

    def give(**answers) -> tuple[object, Client]:
        lead, address = planned(**answers)
        jules.stays()
        answer = send(jules, jules.get(address).text, f"{address}/share")
        assert answer.status_code == 303
        return lead, Client(app.test_client(), queries.live_plan(lead.id))

    return give
