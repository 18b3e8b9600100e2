"""The words that the columns of a lead may hold, and the order in which they count."""

from enum import StrEnum


class Disposition(StrEnum):
    """What the health check said; the wording is `clinical`'s, the order is RANK."""

    EMERGENCY = "EMERGENCY"
    URGENT = "URGENT"
    REFERRAL = "REFERRAL"
    CAUTION = "CAUTION"
    CLEAR = "CLEAR"
    INCOMPLETE = "INCOMPLETE"


class Status(StrEnum):
    """Where the studio's side of the conversation stands."""

    UNFINISHED = "unfinished"
    WAITING = "waiting"
    CONTACTED = "contacted"
    BOOKED = "booked"
    DONE = "done"
    NOT_NOW = "not_now"
    HELD = "held"


class Kind(StrEnum):
    """What an enquiry asks for."""

    CONSULT = "consult"
    DAY_PASS = "day_pass"  # noqa: S105 - a pass, not a password


class ContactBy(StrEnum):
    """How the person would like to hear from us."""

    EMAIL = "email"
    PHONE = "phone"
    TEXT = "text"


class Purpose(StrEnum):
    """What somebody agreed to; each is asked, and withdrawn, by itself."""

    CONTACT = "contact"
    HEALTH = "health"
    MARKETING = "marketing"


class Held(StrEnum):
    """Why a form looks as if no person had sent it; the desk reads the value as it stands."""

    TRAP = "filled in a field that people do not see"
    HASTE = "sent within seconds"
    BORROWED = "sent with the proof of another form"
    LINKS = "carries several links, or one in the name"
    MANY = "one of several that wait from one person"


GOES_ON_ALONE = frozenset({Held.HASTE, Held.BORROWED})
ALARMS = frozenset({Disposition.EMERGENCY, Disposition.URGENT})
"""Outcomes on which somebody is called today."""
OPEN = frozenset({Status.UNFINISHED, Status.WAITING, Status.CONTACTED})
REPORTED_RANK = 2
"""Of a sign reported while training: below the alarms, above everybody who is still to begin."""
UNKNOWN_RANK = 4
RANK = {
    Disposition.EMERGENCY: 0,
    Disposition.URGENT: 1,
    Disposition.REFERRAL: 3,
    Disposition.INCOMPLETE: UNKNOWN_RANK,
    Disposition.CAUTION: 5,
    Disposition.CLEAR: 6,
}
