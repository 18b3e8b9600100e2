"""Finding a lead by the beginnings of words: name, e-mail, phone, reference.

The words of each lead are rows; a search is a range of the index on them. A beginning that very
many leads share is answered from the newest leads and the first of the index, so that a search
costs the same at any number of leads.
"""

import re
from collections.abc import Iterator
from typing import Any

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
from sqlalchemy import ColumnElement, Select, and_, func, insert, select
from sqlalchemy.orm import aliased

from portal.extensions import db
from portal.leads.hygiene import fold
from portal.leads.models import Enquiry, Lead, LeadWord

PREFIX = "TL-"
REFERENCE = re.compile(r"tl-[0-9a-z]{4,9}")
PHONE = re.compile(r"\+?[\d\s().-]{3,}")
NOT_A_WORD = re.compile(r"[\W_]+")
LONGEST = 80
LAST_DIGITS = 4
LENGTHS_OF_CODES = (1, 2, 3)
LAST = chr(0x10FFFF)
MOST_TERMS = 5
MOST_ROWS = 1000
NEWEST = 5000


def words(who: Lead | Enquiry) -> set[str]:
    """Return what a lead, or one of its enquiries, is found by."""
    found = {*_parts(who.name), *_digits(who.phone_e164, who.phone)}
    if who.email:
        found |= {fold(who.email), *_parts(who.email.rpartition("@")[0])}
    if isinstance(who, Lead):
        found.add(fold(who.ref.removeprefix(PREFIX)))
    return {word[:LONGEST] for word in found if word}


def index(lead: Lead, *enquiries: Enquiry, is_new: bool = False) -> None:
    """Write the words that are missing, in the caller's transaction; old ones keep leading here."""
    wanted = words(lead).union(*(words(enquiry) for enquiry in enquiries))
    if not is_new:
        wanted -= set(db.session.scalars(select(LeadWord.word).where(LeadWord.lead_id == lead.id)))
    if wanted:
        rows = [{"lead_id": lead.id, "word": word} for word in sorted(wanted)]
        db.session.connection().execute(insert(LeadWord), rows)


def matching(typed: str, *, limit: int = 50) -> list[int]:
    """Return the ids of the leads with a word for every beginning in `typed`, newest first."""
    terms = sorted(_terms(typed), key=len, reverse=True)
    if not terms:
        return []
    found = list(db.session.scalars(_leads(terms).order_by(LeadWord.word).limit(MOST_ROWS)))
    if len(found) == MOST_ROWS:
        newest = db.session.scalar(select(func.max(Lead.id))) or 0
        found += db.session.scalars(_newest(terms, after=newest - NEWEST).limit(limit))
    return sorted(set(found), reverse=True)[:limit]


def _leads(terms: list[str]) -> Select[int]:
    """Select by the longest beginning, the rarest as a rule, and check the others."""
    query = select(LeadWord.lead_id).where(_begins(LeadWord.word, terms[0]))
    return query.where(*(_has(LeadWord.lead_id, term) for term in terms[1:]))


def _newest(terms: list[str], *, after: int) -> Select[int]:
    """Select lead by lead from the newest back, which ends as soon as enough are found."""
    query = select(Lead.id).where(Lead.id > after, *(_has(Lead.id, term) for term in terms))
    return query.order_by(Lead.id.desc())


def _has(lead_id: Any, term: str) -> ColumnElement[bool]:
    word = aliased(LeadWord)
    return select(1).where(word.lead_id == lead_id, _begins(word.word, term)).exists()


def _begins(word: Any, term: str) -> ColumnElement[bool]:
    return and_(word >= term, word < term + LAST)


def _terms(typed: str) -> set[str]:
    folded = fold(typed).strip()
    if PHONE.fullmatch(folded):
        return {re.sub(r"\D", "", folded)[:LONGEST]} - {""}
    terms: list[str] = []
    for piece in folded.split():
        if "@" in piece:
            terms.append(piece[:LONGEST])
        elif REFERENCE.fullmatch(piece):
            terms.append(piece.removeprefix(PREFIX.lower()))
        else:
            terms.extend(_parts(piece))
    return set(terms[:MOST_TERMS])


def _parts(text: str) -> Iterator[str]:
    return (part[:LONGEST] for part in NOT_A_WORD.split(fold(text)) if part)


def _digits(e164: str | None, typed: str | None) -> set[str]:
    """Return a number with and without its country, and its last digits, as people ask for it."""
    if e164 is None:
        return {re.sub(r"\D", "", typed or "")}
    number = e164.removeprefix("+")
    return {number, _national(number), number[-LAST_DIGITS:]}


def _national(number: str) -> str:
    """Return an international number without its country code: no code begins with another."""
    lengths = (n for n in LENGTHS_OF_CODES if int(number[:n]) in COUNTRY_CODE_TO_REGION_CODE)
    return number[next(lengths, 0) :]
