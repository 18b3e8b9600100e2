"""Twelve weeks with Ada on the pages themselves: calm, a flare-up, a red stop, the way back."""

import re
from datetime import timedelta
from html import unescape

import pytest

from portal.clock import now
from portal.extensions import db
from portal.leads.models import Disposition, Lead
from portal.mail.models import OutboxMail
from portal.mail.outbox import unseal
from portal.onboarding import queries
from portal.onboarding.planning.signals import signals
from portal.onboarding.stopping import HELD, STOPPED
from portal.referrals.queries import of_lead
from tests.conftest import Clock
from tests.desk.conftest import Desk, make_lead, rows_of
from tests.onboarding.conftest import Client, fresh, heading, said, send
from tests.referrals.conftest import answered

pytestmark = pytest.mark.one_database
MONDAY = 0


class Weeks:
    """Ada trains on Sundays and Wednesdays at noon, and tells the next morning how she is."""

    def __init__(self, ada: Client, jules: Desk, clock: Clock) -> None:
        self.ada, self.jules, self.clock = ada, jules, clock

    def train(self, *, settled: str = "yes", **session: object) -> str:
        """Train, tell the next morning, go on to the next day of training; give the last light."""
        self.ada.train(**session)
        if self.ada.home.asks_again:
            self.ada.press("/check", "/check", ticks="none")
        self.go_by(days=1)
        self.ada.wake(settled)
        self.go_by(days=2 if now().weekday() == MONDAY else 3)
        return said(self.ada.get().text)

    def go_by(self, **length: int) -> None:
        self.clock.advance(**length)
        self.jules.stays()

    @property
    def levels(self) -> dict[str, int]:
        return {line.key: line.item.level for line in self.ada.sheet.lines}

    @property
    def halves(self) -> list[str]:
        return [line.key for line in self.ada.sheet.lines if line.half]

    @property
    def reasons(self) -> list[str]:
        """The rules whose words her own page gives as the reason."""
        page = unescape(self.ada.get().text)
        rules = [rule for rule in signals().rules.values() if rule.kind != "task"]
        said = {rule.id: {rule.words, rule.half} for rule in rules}
        return [rule for rule, words in said.items() if any(f"<p>{it}</p>" in page for it in words)]

    @property
    def needs(self) -> list[str]:
        """What the coach's list of clients says of her."""
        page = self.jules.get("/desk/clients").text.partition("The rest")[0]
        return re.findall(r"</svg>\s*([^<]+)</p>", page)


def opened_from_the_mail(browser, lead: Lead) -> Client:
    mail = db.session.scalars(db.select(OutboxMail).where(OutboxMail.kind == "plan_ready")).one()
    address = re.search(r"http://localhost(/plan/\S+)", unseal(mail.uid, mail.content).text)[1]
    ada = Client(browser, queries.live_plan(lead.id))
    assert (f"{ada.url}/", heading(browser.get(address).text)) == (address, "Hello Ada")
    return ada


def test_twelve_weeks_on_the_pages(jules, planned, app, clock):
    # The coach goes through the assessment with her, builds the plan and gives it to her by mail.
    began = now()
    lead, plan = planned()
    send(jules, jules.get(plan).text, f"{plan}/share")
    ada = opened_from_the_mail(app.test_client(), lead)
    weeks = Weeks(ada, jules, clock)
    # Worried and sore: four small things, all at the first level.
    start = weeks.levels
    assert start == {"breath": 1, "hipflexor": 1, "hinge": 1, "walk": 1}

    # Weeks 1 to 4 are calm: after two green sessions one exercise goes up, never two.
    lights = [weeks.train(pain=1) for _ in range(8)]
    assert lights == ["Green: stay here", "Green: one step on"] * 4
    assert weeks.levels == {name: level + 1 for name, level in start.items()}
    assert weeks.needs == []

    # Week 5, a flare-up: a bad morning after amber takes the sorest a step back; red halves it.
    assert weeks.train(pain=5, sore="hinge", settled="no") == "Amber: one step easier"
    assert weeks.reasons == ["BACK-NOT-SETTLED"]
    assert weeks.levels == {"breath": 2, "hipflexor": 2, "hinge": 1, "walk": 2}
    assert weeks.train(pain=7, sore="hinge", settled="no", confidence="4") == (
        "Red: one step easier"
    )
    assert (weeks.reasons, weeks.halves) == (["BACK-RED"], ["hinge"])

    # Week 6: a second red one, so her coach is asked to ring.
    weeks.train(pain=6, sore="hinge", confidence="4")
    assert signals().tell("TASK-TWO-REDS").words in weeks.needs

    # Wednesday, in the middle of a session: something new goes down a leg. Everything stops.
    make_lead("Rae Overdue", Disposition.REFERRAL, due=now() - timedelta(days=3))
    ada.press("/", "/session")
    outcome = ada.client.get(ada.press("/stop", "/stop", ticks="leg_one").location).text
    assert (outcome.count('data-disposition="REFERRAL"'), fresh(lead).hold) == (1, "all")
    assert heading(ada.get().text) == "Your plan waits for now"
    assert rows_of(jules.get("/desk/").text)[:2] == ["Ada Test", "Rae Overdue"]
    assert weeks.needs[0] == "The plan has stopped"
    assert {HELD, STOPPED} <= set(weeks.needs)

    # Her coach cannot let it go on: somebody looks first. A month later a professional says yes.
    refused = send(jules, jules.get(plan).text, f"{plan}/resume", because="She feels fine")
    assert refused.status_code == 409
    weeks.go_by(weeks=4)
    letter = answered(of_lead(lead.id))
    clearance = f"/desk/leads/{lead.id}/clearance"
    form = jules.get(clearance).text
    send(jules, form, f"{clearance}/{letter.id}", verdict="cleared", range="full")
    send(jules, jules.get(plan).text, f"{plan}/looked", because="Seen, all well")
    send(jules, jules.get(plan).text, f"{plan}/resume", because="Start small again")
    assert (fresh(lead).hold, heading(ada.get().text)) == ("none", "Hello Ada")

    # Weeks 10 to 12, recovery: the whole dose first, then the next step, and nobody has to ring.
    assert [weeks.train(), weeks.train()] == ["Green: stay here", "Green: one step on"]
    assert (weeks.reasons, weeks.halves) == (["FORWARD-WHOLE"], [])
    assert [weeks.train(), weeks.train()] == ["Green: stay here", "Green: one step on"]
    assert weeks.reasons == ["FORWARD-GREEN"]
    assert weeks.levels == {name: level + 1 for name, level in start.items()}
    assert weeks.needs == []
    assert now() - began == timedelta(weeks=11, days=3)

    # Her goals, now against the start.
    ada.press("/progress", "/progress", goal_1="7", goal_2="6")
    page = ada.get("/progress").text
    goals = re.findall(r">([^<]+)</th><td>(\d)</td><td>(\d)</td>", page.partition("My goals")[2])
    assert goals == [("Carry my shopping", "3", "7"), ("Play on the floor", "5", "6")]
