"""Joins a thread to its person: the lead with that e-mail or phone, or a new one."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from portal.chat import queries
from portal.chat.models import Thread
from portal.extensions import db, settings
from portal.leads import queries as leads
from portal.leads import search
from portal.leads.contact import Email, Phone, read_email, read_phone
from portal.leads.models import ContactBy, Lead, Status
from portal.leads.response import due_at
from portal.leads.story import tell

SAYABLE = "23456789BCDFGHJKMNPQRSTVWXYZ"
REFERENCE_LENGTH = 7
NAMELESS = "Somebody from the chat"


@dataclass(frozen=True)
class Who:
    """What a visitor says of themselves, each part if they like: nothing of it is proven."""

    name: str = ""
    email: Email | None = None
    phone: Phone | None = None

    @property
    def can_be_reached(self) -> bool:
        """Say whether there is an address or a number by which we know people again."""
        return bool(self.email or (self.phone and self.phone.e164))


def give(thread: Thread, who: Who) -> None:
    """Write down what the visitor says of themselves, on the thread alone."""
    thread.name = who.name or thread.name
    thread.email = who.email.address if who.email else thread.email
    thread.phone = who.phone.typed if who.phone else thread.phone


def lacking(thread: Thread, who: Who) -> Who:
    """Return what a visitor says of themselves that they had not said before."""
    return Who(
        name="" if thread.name else who.name,
        email=None if thread.email else who.email,
        phone=None if thread.phone else who.phone,
    )


def join(thread: Thread, who: Who, *, at: datetime) -> None:
    """Tie a thread to the lead of `who`, in the caller's transaction; a tie that stands stays.

    A known lead keeps every word that is known of them: what differs stays on the thread. Two who
    come at once with a new address are told apart by the lead's unique columns: whoever is second
    gets an IntegrityError, and finds the first on the next try.
    """
    if thread.lead_id is not None:
        _name(thread.lead, who)
    elif who.can_be_reached and thread.held_because is None:
        lead = _known(who) or _new(who, at=at)
        thread.lead, thread.lead_id = lead, lead.id
        lead.touched(at=at)
        tell(lead, "chatted", at=at, chat=thread.ref)
        thread.touched(at=at)


def waiting_of(who: Who) -> int:
    """Return how many chats of the same person wait for an answer."""
    lead = _known(who) if who.can_be_reached else None
    return queries.waiting_of_lead(lead.id) if lead else 0


def catch_up(thread: Thread, *, at: datetime) -> None:
    """Join a thread that was held when its visitor said who they are."""
    region = settings().studio.region
    join(
        thread,
        Who(
            name=thread.name or "",
            email=read_email(thread.email) if thread.email else None,
            phone=read_phone(thread.phone, region=region) if thread.phone else None,
        ),
        at=at,
    )


def _known(who: Who) -> Lead | None:
    by_email, by_phone = leads.known(who.email, who.phone)
    return by_email or by_phone


def _new(who: Who, *, at: datetime) -> Lead:
    phone = who.phone
    lead = Lead(
        ref=search.PREFIX + "".join(secrets.choice(SAYABLE) for _ in range(REFERENCE_LENGTH)),
        name=who.name or NAMELESS,
        email=who.email.address if who.email else None,
        email_key=who.email.key if who.email else None,
        phone=phone.typed if phone else None,
        phone_e164=phone.e164 if phone else None,
        contact_by=ContactBy.EMAIL if who.email else ContactBy.PHONE,
        status=Status.UNFINISHED,
        due_at=due_at(None, at=at, settings=settings()),
        version=0,
        created_at=at,
    )
    lead.touched(at=at)
    db.session.add(lead)
    db.session.flush()
    search.index(lead, is_new=True)
    return lead


def _name(lead: Lead | None, who: Who) -> None:
    """Give a lead that the chat itself made without a name the one that came later."""
    if lead is not None and lead.name == NAMELESS and who.name:
        lead.name = who.name
        search.index(lead)
