"""Who may have a day pass: what the health check said, read as it stands now."""

from dataclasses import dataclass
from datetime import datetime

from portal.extensions import vault
from portal.intake import queries as intakes
from portal.intake import reasons
from portal.intake.models import Decision
from portal.leads.contact import read_email
from portal.leads.hygiene import fold
from portal.leads.kinds import Disposition
from portal.leads.lead import Lead
from portal.leads.models import Enquiry
from portal.referrals.queries import is_released

LETS_IN = frozenset({Disposition.CLEAR, Disposition.CAUTION})
ADULT = 18
GOOGLE = frozenset({"gmail.com", "googlemail.com"})


@dataclass(frozen=True)
class Holder:
    """What a health check tells of the holder of a pass: how old they are, where it was asked."""

    age: int | None
    asked_at: datetime

    @property
    def under_18(self) -> bool:
        """Say whether a guardian has to sign for them."""
        return self.age is not None and self.age < ADULT

    @property
    def birth_years(self) -> tuple[int, ...]:
        """Return the years the person may be born in: an age leaves two."""
        if self.age is None:
            return ()
        return (self.asked_at.year - self.age - 1, self.asked_at.year - self.age)


def allows(lead: Lead) -> bool:
    """Say whether nothing that is known of a lead today keeps them from training."""
    return lead.disposition in LETS_IN and not lead.is_held_back


def decision_for(enquiry: Enquiry) -> Decision | None:
    """Return the decision that lets this enquiry have a pass, None when there is none.

    It must come from the enquiry's own health check, whole and sent, and nothing graver may be
    known of the person since.
    """
    intake = intakes.intake_of(enquiry.id)
    if intake is None or intake.finished_at is None or not allows(enquiry.lead):
        return None
    decision = intakes.decision_on(intake.id)
    if decision is None or not decision.complete:
        return None
    if is_released(decision):
        return decision
    if decision.hold != "none":
        return None
    return decision if decision.disposition in LETS_IN else None


def holder(decision: Decision | None, *, at: datetime) -> Holder:
    """Return what a decision's answers tell of the person."""
    if decision is None:
        return Holder(None, at)
    age = reasons.read(decision).answers.get("age")
    return Holder(age if isinstance(age, int) else None, decision.decided_at)


def known_by(lead: Lead, enquiry: Enquiry, who: Holder) -> list[str]:
    """Return everything a person is known by, in the order in which rows are locked."""
    found = {f"lead:{lead.id}"}
    for number in (lead.phone_e164, enquiry.phone_e164):
        if number:
            found.add(f"phone:{number}")
    for address in (lead.email_key, read_email(enquiry.email).key):
        if address:
            found |= {f"email:{address}", f"email:{_mailbox(address)}"}
    for year in who.birth_years:
        found.add(f"name:{vault().fingerprint(f'{fold(enquiry.name)}|{year}')}")
    return sorted(found)


def _mailbox(address: str) -> str:
    """Return where mail to an address arrives: Google minds no dots and has two names."""
    local, _, domain = address.rpartition("@")
    return f"{local.replace('.', '')}@gmail.com" if domain in GOOGLE else address
