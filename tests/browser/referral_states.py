"""The states of a referral: the person's page, the letter, the professional's form, the desk."""

from collections.abc import Callable, Mapping

from playwright.sync_api import Page

from portal.clock import now
from portal.desk.clearing import FIRST_GUESS
from portal.extensions import db
from portal.referrals import actions, queries, verifying
from portal.referrals.answer import LIMITS, NOT_NOW, Answer, Limits
from portal.referrals.links import referral_token, return_token
from portal.referrals.models import Referral, State
from portal.referrals.verifying import Word
from portal.staff.models import Role, Staff
from tests.browser.stage import Shows, Stage, refused
from tests.test_journey import OUTCOMES

DOCTOR = {"name": "Dr. Ada Test", "role": "Family doctor", "practice": "Test Street Practice"}
Deed = Callable[[Referral], object]


def prepared(stage: Stage, *deeds: Deed, outcome: str = "REFERRAL") -> tuple[int, str, str]:
    """Bring somebody to a referral, do the deeds; return the lead and the two addresses."""
    lead_id = stage.lead(**OUTCOMES[outcome])
    with stage.app.app_context():
        for deed in deeds:
            found = queries.of_lead(lead_id)
            assert found is not None
            deed(found)
        referral = queries.of_lead(lead_id)
        assert referral is not None
        link = queries.live_link(referral, at=now())
        own = f"/referral/{referral_token(referral, at=now())}"
        theirs = f"/return/{return_token(link)}" if link else ""
        db.session.remove()
    return lead_id, own, theirs


def taken(referral: Referral) -> None:
    actions.take_letter(referral.id, at=now())


def answered(says: str) -> Deed:
    def deed(referral: Referral) -> None:
        link = actions.take_letter(referral.id, at=now()).public_id
        limits = Limits(no_impact=True, max_load_kg=20) if says == LIMITS else Limits()
        answer = Answer(says=says, limits=limits, note="Gently at first", **DOCTOR)
        actions.hear_the_professional(link, answer=answer, at=now())

    return deed


def verified(says: str) -> Deed:
    def deed(referral: Referral) -> None:
        answered(says)(referral)
        coach = Staff(
            email=f"{referral.id}@example.com",
            name="Jules Test",
            role=Role.COACH,
            password_hash="none",
            created_at=now(),
        )
        db.session.add(coach)
        db.session.commit()
        clearance = queries.clearances(referral)[0].id
        word = Word(State(FIRST_GUESS[says]), Limits(no_impact=True))
        verifying.verify(referral.lead_id, clearance, word, staff=coach, at=now())

    return deed


def own_page(place: str = "", *deeds: Deed, outcome: str = "REFERRAL") -> Shows:
    return lambda stage: stage.visit(prepared(stage, *deeds, outcome=outcome)[1] + place)


def told_refused(stage: Stage) -> Page:
    return refused(own_page("/ok")(stage), "main")


def professional(stage: Stage) -> Page:
    return stage.visit(prepared(stage, taken)[2])


def professional_refused(stage: Stage) -> Page:
    return refused(professional(stage), "main")


def professional_over(stage: Stage) -> Page:
    def revoked(referral: Referral) -> None:
        actions.revoke(referral.id, at=now())

    _, _, path = prepared(stage, taken)
    with stage.app.app_context():
        revoked(db.session.scalars(db.select(Referral)).one())
        db.session.remove()
    return stage.visit(path)


def desk_page(*deeds: Deed, outcome: str = "REFERRAL", place: str = "") -> Shows:
    def show(stage: Stage) -> Page:
        lead = prepared(stage, *deeds, outcome=outcome)[0]
        return stage.desk(f"/desk/leads/{lead}{place}", role=Role.COACH)

    return show


def verify_refused(stage: Stage) -> Page:
    page = desk_page(answered(NOT_NOW), place="/clearance")(stage)
    page.get_by_label("OK, within these limits").check()
    page.get_by_role("button", name="Verify").click()
    page.locator(".error-summary").wait_for()
    return page


REFERRALS: Mapping[str, Shows] = {
    "referral": own_page(),
    "referral-urgent": own_page(outcome="URGENT"),
    "referral-emergency": own_page(outcome="EMERGENCY"),
    "referral-taken": own_page("", taken),
    "referral-received": own_page("", answered(LIMITS)),
    "referral-cleared": own_page("", verified(LIMITS)),
    "referral-not-cleared": own_page("", verified(NOT_NOW)),
    "referral-letter": own_page("/letter", taken),
    "referral-told": own_page("/ok"),
    "referral-told-refused": told_refused,
    "return-link": professional,
    "return-link-refused": professional_refused,
    "return-link-over": professional_over,
    "lead-referred": desk_page(taken),
    "lead-welfare-call": desk_page(outcome="EMERGENCY"),
    "clearance-to-verify": desk_page(answered(LIMITS), place="/clearance"),
    "clearance-verified": desk_page(verified(LIMITS), place="/clearance"),
    "clearance-refused": verify_refused,
    "clearance-seen": desk_page(outcome="URGENT", place="/clearance"),
}
