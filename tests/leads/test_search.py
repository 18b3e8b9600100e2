"""Searching by the beginnings of words, newest first, at any number of leads."""

import pytest
import sqlalchemy as sa

from portal.clock import now
from portal.extensions import db, transaction
from portal.leads import search
from portal.leads.models import Enquiry, Lead, LeadWord, Status
from portal.leads.search import matching
from tests.leads.conftest import rows


def person(name, email, phone=""):
    return {"name": name, "email": email, "phone": phone}


PEOPLE = {
    "smith": person("Robin Smith-O'Hara", "robin.smith@example.com", "555-010-0123"),
    "zolc": person("Łukasz Żółć", "lz+gym@example.org", "+44 20 7946 0123"),
    "levi": person("אבי לוי", "avi@example.com", "010-0177"),
    "one": person("Cher", "cher99@example.com"),
}


@pytest.fixture
def found(ask):
    """Return who is found, by their short names here."""
    for who in PEOPLE.values():
        assert ask(**who).status_code == 303
    names = dict(zip([lead.id for lead in rows(Lead)], PEOPLE, strict=True))
    return lambda typed: [names[lead_id] for lead_id in matching(typed)]


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("smi", ["smith"]),
        ("SMITH", ["smith"]),
        ("o'hara", ["smith"]),
        ("hara", ["smith"]),
        ("smith rob", ["smith"]),
        ("rob zolc", []),
        ("lukasz", ["zolc"]),
        ("Łukasz Ż", ["zolc"]),
        ("zo", ["zolc"]),
        ("לו", ["levi"]),
        ("che", ["one"]),
        ("robin.smith@ex", ["smith"]),
        ("lz@example.org", []),
        ("lz+gym@example.org", ["zolc"]),
        ("555-010-0123", ["smith"]),
        ("+1 555 010", ["smith"]),
        ("(555) 010", ["smith"]),
        ("0123", ["zolc", "smith"]),
        ("020 7946", []),
        ("20 7946", ["zolc"]),
        ("442079460123", ["zolc"]),
        ("010-0177", ["levi"]),
        ("mith", []),
        ("", []),
        ("  ", []),
        ("%", []),
        ("_", []),
        ("'; DROP TABLE lead", []),
        ("\0", []),
        ("x" * 500, []),
    ],
)
def test_lead_is_found_by_the_beginnings_of_its_words(found, typed, who):
    assert found(typed) == who


def test_lead_is_found_by_its_reference(found):
    lead = rows(Lead)[0]
    short = lead.ref.removeprefix("TL-")
    for typed in (lead.ref, lead.ref.lower(), short, short[:3]):
        assert lead.id in matching(typed)


def test_newest_is_first_and_the_list_is_limited(ask):
    for number in range(4):
        ask(**person("Robin Test", f"robin{number}@example.com"))
    newest = [lead.id for lead in reversed(rows(Lead))]
    assert matching("rob") == newest
    assert matching("rob tes", limit=2) == newest[:2]


def test_lead_is_found_by_what_a_later_form_said(ask, found):
    ask(**PEOPLE["one"] | {"name": "Cherilyn Other", "phone": "555-010-0188"})
    assert found("cherilyn") == found("0188") == ["one"]


def test_words_are_written_once(ask):
    ask()
    before = [(word.lead_id, word.word) for word in rows(LeadWord)]
    ask()
    assert [(word.lead_id, word.word) for word in rows(LeadWord)] == before


def test_words_of_a_lead_without_contact_are_its_name_and_reference():
    lead = Lead(name="Robin Test", ref="TL-7K4Q", email=None, phone=None, phone_e164=None)
    assert search.words(lead) == {"robin", "test", "7k4q"}


def test_words_are_never_longer_than_their_column():
    enquiry = Enquiry(
        name="x" * 80, email="y" * 200 + "@example.com", phone="5" * 40, phone_e164=None
    )
    assert {len(word) for word in search.words(enquiry)} == {80, 40}


@pytest.fixture
def crowd(app):
    """Seven thousand leads of one name, and one of another among the oldest."""
    at = now()
    lead = {
        "name": "Robin Test", "status": Status.UNFINISHED, "version": 1, "is_demo": False,
        "created_at": at, "updated_at": at,
    }  # fmt: skip
    with transaction() as session:
        session.execute(sa.insert(Lead), [lead | {"ref": f"TL-{n}"} for n in range(7000)])
        ids = session.scalars(sa.select(Lead.id).order_by(Lead.id)).all()
        words = [{"lead_id": n, "word": word} for n in ids for word in ("robin", "test")]
        session.execute(sa.insert(LeadWord), [*words, {"lead_id": ids[5], "word": "zora"}])
    return ids


def test_beginning_that_thousands_share_is_answered_with_the_newest(crowd):
    assert matching("rob") == crowd[:-51:-1]
    assert matching("robin te", limit=3) == crowd[:-4:-1]


def test_rare_word_among_thousands_is_found(crowd):
    assert matching("rob zor") == [crowd[5]]
    assert matching("zora r") == [crowd[5]]


def test_beginning_is_read_from_the_index(crowd):
    query = search._leads(["zor"]).order_by(LeadWord.word).limit(10)  # noqa: SLF001
    bound = query.compile(db.engine, compile_kwargs={"literal_binds": True})
    on_sqlite = db.engine.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if on_sqlite else "EXPLAIN"
    if not on_sqlite:
        db.session.execute(sa.text("ANALYZE lead_word"))
    plan = "\n".join(str(line) for line in db.session.execute(sa.text(f"{explain} {bound}")))
    assert "ix_lead_word_word_lead_id" in plan
