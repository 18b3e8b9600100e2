"""Every page and state that somebody can see, and how each is brought about."""

from collections.abc import Mapping
from datetime import timedelta

from playwright.sync_api import Page

from portal.clock import now
from portal.extensions import db
from tests.booking.conftest import make_coach
from tests.browser.chat_states import CHAT
from tests.browser.desk_states import DESK
from tests.browser.onboarding_states import ONBOARDING
from tests.browser.privacy_states import PRIVACY
from tests.browser.referral_states import REFERRALS
from tests.browser.reply_states import REPLIES
from tests.browser.stage import (
    Shows,
    Stage,
    beside,
    of_dialog,
    of_dialog_form,
    of_form,
    of_outcome,
    of_path,
    of_question,
    of_question_refused,
    refused,
)
from tests.browser.step_states import STEPS, behind
from tests.test_journey import BACK, OUTCOMES


def how(stage: Stage) -> Page:
    """Show the rules, three of each level: the others repeat the same markup a hundred times."""
    page = stage.visit("/how-screening-works")
    page.evaluate(
        "document.querySelectorAll('.rules > li:nth-child(n + 4)').forEach(it => it.remove())"
    )
    return page


def times(query: str = "", *, refuse: bool = False, pick: bool = False) -> Shows:
    """Show the open times of a studio with two coaches; `pick` goes on to the form with one."""

    def show(stage: Stage) -> Page:
        with behind(stage):
            make_coach("Amir Test")
            make_coach("Jules Test")
        page = stage.visit(f"/times{query}")
        if refuse:
            return refused(page, "main")
        if pick:
            page.locator(".slot input").first.check()
            page.get_by_role("button", name="Ask for this time").click()
            page.wait_for_url("**/consult?**")
        return page

    return show


def start(stage: Stage) -> Page:
    return stage.visit(stage.person().page.path)


def start_refused(stage: Stage) -> Page:
    return refused(start(stage), "main")


def start_again(stage: Stage) -> Page:
    return stage.visit(stage.person().walk("pain").path.replace("/pain", "/"))


def sure(stage: Stage) -> Page:
    page = of_outcome(chest_pain="now_12h")(stage)
    page.get_by_role("link", name="Change your answer").click()
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/sure")
    return page


def later_sent(stage: Stage) -> Page:
    page = of_question("pain")(stage)
    page.get_by_role("button", name="Save and finish later").click()
    page.wait_for_url("**/later")
    return page


def ended(stage: Stage) -> Page:
    stranger = stage.person()
    with stage.app.app_context():
        for table in ("enquiry", "lead"):
            old = now() - timedelta(days=8)
            db.session.execute(db.metadata.tables[table].update().values(created_at=old))
        db.session.commit()
    return stage.visit(stranger.page.path)


PUBLIC: Mapping[str, Shows] = {
    "home": of_path("/"),
    "articles": of_path("/articles/"),
    "articles-found": of_path("/articles/?q=hinge"),
    "article": of_path("/articles/sore-back"),
    "article-with-picture": of_path("/articles/confidence-in-small-steps"),
    "how": how,
    "privacy": of_path("/privacy"),
    "missing": of_path("/nothing-here"),
    "consult": of_path("/consult"),
    "times": times(),
    "times-refused": times(refuse=True),
    "times-picked": times(pick=True),
    "times-elsewhere": times("?place=phone&zone=Pacific/Auckland"),
    "consult-refused": of_form("/consult"),
    "consult-dialog": of_dialog("consult"),
    "consult-dialog-refused": of_dialog_form("consult"),
    "day-pass": of_path("/day-pass"),
    "day-pass-refused": of_form("/day-pass"),
    "day-pass-dialog": of_dialog("day-pass"),
    "day-pass-dialog-refused": of_dialog_form("day-pass"),
}
CHECK: Mapping[str, Shows] = {
    "start": start,
    "start-refused": start_refused,
    "start-again": start_again,
    "ticks": of_question("first", **BACK),
    "ticks-refused": of_question_refused("first", **BACK),
    "boxes-and-radios": of_question("pain"),
    "radios": of_question("more-1", chest_pain="gt_3d"),
    "radios-refused": of_question_refused("more-1", chest_pain="gt_3d"),
    "in-other-words": of_question("more-8", **BACK, bladder="not_sure"),
    "several": of_question_refused("course", **BACK),
    "scales": of_question("effect", **BACK),
    "scales-refused": of_question_refused("effect", **BACK),
    "number": of_question("pattern", **BACK | {"duration": "gt_12w"}),
    "text": of_question("exercise"),
    "text-refused": of_question_refused("exercise"),
    "asked-again": of_question("once-more", free_text="numb in my groin"),
    "guardian": of_question("with-you", age=14),
    "check": of_question("check", **BACK, conditions=["asthma_copd"], goals="Lift my shopping"),
    "still-open": beside("first", "check", **BACK),
    "sure": sure,
    "later": beside("now", "later"),
    "later-sent": later_sent,
    "ended": ended,
    "fresh": beside("now", "fresh"),
}
RESULTS: Mapping[str, Shows] = {
    **{outcome.lower(): of_outcome(**given) for outcome, given in OUTCOMES.items()},
    "under-16": of_outcome(age=14, guardian_present="no"),
    "adapted-a-lot": of_outcome(**BACK, conditions=["asthma_copd"], high_bp="controlled"),
}
STATES = {
    **PUBLIC,
    **REPLIES,
    **CHECK,
    **RESULTS,
    **REFERRALS,
    **STEPS,
    **DESK,
    **ONBOARDING,
    **PRIVACY,
    **CHAT,
}
