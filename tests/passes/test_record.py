"""The signed document: every letter the font has is drawn, every other one is named."""

from datetime import UTC, datetime

import pytest

from portal.paper import drawable
from portal.passes.record import Signed, pdf

LATIN = frozenset(map(ord, "abcdefghijklmnopqrstuvwxyzŁó"))
SIGNED = Signed(
    studio="Trueline",
    version="2026-11",
    text="Title\n\nText\n",
    text_hash="0" * 64,
    visitor="Robin Test",
    signed_name="Robin Test",
    relation="",
    code="TL-9F2K",
    moment="Sunday, November 22, noon, 2026",
)


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Łódka", "Łódka"),
        ("\u05d3\u05e0", "[HEBREW LETTER DALET, HEBREW LETTER NUN]"),
        ("a \u0645\tb", "a [ARABIC LETTER MEEM] b"),
        ("\U0010ffff", "[U+10FFFF]"),
        ("", ""),
    ],
)
def test_letters_that_the_font_lacks_are_named(text, drawn):
    assert drawable(text, LATIN) == drawn


def test_same_signature_gives_the_same_document():
    at = datetime(2026, 11, 22, 18, tzinfo=UTC)
    assert pdf(SIGNED, at=at) == pdf(SIGNED, at=at)


def test_guardian_is_named_with_what_they_are_to_the_visitor():
    facts = Signed(**{**vars(SIGNED), "signed_name": "Ada Test", "relation": "mother"}).facts
    assert facts["Signed by"] == "Ada Test (mother)"
