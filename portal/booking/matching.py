"""Which skills of a coach matter to a person; used to choose, and never shown to anybody."""

from portal.intake import reasons
from portal.intake.models import Decision
from portal.leads.models import Enquiry
from portal.vault import CannotOpenError

BACK = "back"
SKILLS = {
    BACK: "back care",
    "strength": "strength",
    "first_steps": "first steps",
    "pregnancy": "pregnancy",
    "older": "training after 60",
}
BACK_SITES = frozenset({"low_back", "mid_back", "buttock"})
OLDER = 60


def wanted(enquiry: Enquiry | None, decision: Decision | None) -> frozenset[str]:
    """Return the skills that an enquiry and the last decision on a health check ask for."""
    found = {BACK} if enquiry is not None and enquiry.reason == "back" else set()
    if decision is None:
        return frozenset(found)
    try:
        why = reasons.read(decision)
    except CannotOpenError:
        return frozenset(found)
    if BACK_SITES & set(why.answers.get("pain_sites") or ()):
        found.add(BACK)
    if "pregnancy_adapt" in why.modifiers:
        found.add("pregnancy")
    if (why.answers.get("age") or 0) >= OLDER:
        found.add("older")
    return frozenset(found)
