"""The page that a decision becomes: read from what was stored, never decided a second time."""

from dataclasses import dataclass
from datetime import datetime

from portal import screening
from portal.intake import road, speech
from portal.intake.models import Decision
from portal.intake.reasons import Reasons, read
from portal.leads.models import Disposition

GUARDIAN, UNWELL, PREGNANCY = "MINOR-GUARDIAN", "ILL-NOW", "PREG-WARNING"
LAYOUTS = {
    Disposition.EMERGENCY: "emergency",
    Disposition.URGENT: "urgent",
    Disposition.REFERRAL: "referral",
    Disposition.CAUTION: "caution",
    Disposition.CLEAR: "clear",
}
CALL_AT_ONCE = (
    "pain, pressure or tightness in your chest now",
    "sudden trouble breathing",
    "you pass out, or feel about to",
    "a face that drops on one side, a weak arm, or trouble speaking",
)


@dataclass(frozen=True)
class Outcome:
    """What one result page says; `layout` names its template, `change` the page to go back to."""

    disposition: Disposition
    layout: str
    said: tuple[str, ...]
    adaptations: tuple[str, ...]
    timeframe: str
    until_then: str
    held: bool
    script: str
    about_pain: bool
    call_at_once: tuple[str, ...]
    guardian: bool
    unwell: bool
    pregnancy: bool
    reviewed: bool
    change: str | None
    at: datetime


def outcome(decision: Decision) -> Outcome:
    """Return the page for a stored decision."""
    why, words = read(decision), screening.ruleset().words
    about_pain = _about_pain(why)
    return Outcome(
        disposition=decision.disposition,
        layout=_layout(decision, why),
        said=why.said,
        adaptations=why.adaptations,
        timeframe=words.timeframe[decision.timeframe],
        until_then=words.hold[decision.hold],
        held=decision.hold != "none",
        script=speech.script(why.said, when=words.timeframe[decision.timeframe]),
        about_pain=about_pain,
        call_at_once=tuple(words.safety_net["emergency"]) if about_pain else CALL_AT_ONCE,
        guardian="guardian_needed" in why.modifiers,
        unwell=UNWELL in why.flags,
        pregnancy=PREGNANCY in why.flags,
        reviewed=why.reviewed,
        change=_change(decision, why),
        at=decision.decided_at,
    )


def _layout(decision: Decision, why: Reasons) -> str:
    if decision.disposition is Disposition.CAUTION and GUARDIAN in why.flags:
        return "guardian"
    return LAYOUTS[decision.disposition]


def _about_pain(why: Reasons) -> bool:
    """Say whether the page carries the list of changes to look out for: any pain is enough."""
    return bool(why.answers.get("pain_sites")) or why.answers.get("leg_symptoms") in {"one", "both"}


def _change(decision: Decision, why: Reasons) -> str | None:
    """Return the page of the answer behind the outcome; None when the whole list can be shown."""
    alarming = decision.disposition in {Disposition.EMERGENCY, Disposition.URGENT}
    if not alarming or not why.because:
        return None
    return road.page_asking(why.answers, why.because[0]).slug
