"""The letter for the professional: the person's own words, what we plan, and one question."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from portal.extensions import settings
from portal.intake import reasons, speech
from portal.leads.notices import first_name
from portal.referrals import queries
from portal.referrals.links import return_url
from portal.referrals.models import Referral, ReturnLink
from portal.words import day_words

FILE = Path(__file__).with_name("letter.toml")


@dataclass(frozen=True)
class Letter:
    """Everything the letter says, on a page or on paper; `url` is the signed return link."""

    name: str
    first: str
    reference: str
    day: str
    title: str
    to: str
    opening: str
    told: str
    said: tuple[str, ...]
    plan: tuple[str, ...]
    question: str
    records: str
    answer: str
    url: str
    by_hand: str
    boxes: Mapping[str, str]
    closing: str


def letter(referral: Referral, link: ReturnLink, *, at: datetime) -> Letter:
    """Return the letter of a referral, with this link on it."""
    words, enquiry = _words(), queries.enquiry_of(referral)
    zone = settings().studio.zone
    facts = {
        "name": enquiry.name,
        "first": first_name(enquiry),
        "studio": settings().studio.name,
        "phone": settings().studio.phone,
        "reference": referral.lead.ref,
        "day": _day(referral.decision.decided_at.astimezone(zone)),
        "until": _day(link.ends_at.astimezone(zone)),
    }
    said = {name: text.format_map(facts) for name, text in words.items() if isinstance(text, str)}
    return Letter(
        name=enquiry.name,
        first=facts["first"],
        reference=referral.lead.ref,
        day=_day(at.astimezone(zone)),
        said=_said(referral),
        plan=tuple(words["plan"][enquiry.kind.value]),
        url=return_url(link),
        boxes=words["boxes"],
        **said,
    )


def _said(referral: Referral) -> tuple[str, ...]:
    told = reasons.read(referral.decision).said
    return tuple(f"I have {speech.first_person(each)}" for each in told)


def _day(moment: datetime) -> str:
    return f"{day_words(moment.date())}, {moment.year}"


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text())
