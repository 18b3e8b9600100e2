"""The letter on paper: one sheet of either size, with every letter of every name."""

import re
import zlib
from dataclasses import replace

import pytest

from portal.clock import now
from portal.extensions import settings
from portal.referrals.document import pdf
from portal.referrals.letter import letter
from tests.referrals.conftest import URGENT, fresh, take

SHEETS = {"US": (612, 792), "GB": (595, 842)}


@pytest.fixture
def text_of(refers):
    def build(name: str = "Robin Test", **given):
        referral = refers(name, **given)
        link = take(referral)
        return letter(fresh(referral), link, at=now())

    return build


def pages(content: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b(?!s)", content))


@pytest.mark.parametrize("region", SHEETS)
def test_letter_fits_one_sheet_of_the_region(app, text_of, monkeypatch, region):
    studio = replace(settings().studio, region=region)
    monkeypatch.setitem(app.extensions, "settings", replace(settings(), studio=studio))
    content = pdf(text_of(), at=now())
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    assert tuple(round(float(each)) for each in box.groups()) == SHEETS[region]
    assert pages(content) == 1


def test_letter_with_many_reasons_still_ends_whole(text_of):
    letter_ = text_of(**URGENT)
    long = replace(letter_, said=letter_.said * 20)
    assert pages(pdf(long, at=now())) == 2


def test_same_letter_gives_the_same_document(text_of):
    letter_ = text_of()
    assert pdf(letter_, at=now()) == pdf(letter_, at=now())


@pytest.mark.parametrize(
    "name",
    [
        "Łukasz Żółć",
        "\u05d3\u05e0\u05d4",
        "\u0645\u062d\u0645\u062f Test",
        "\u674e Test",
        "O'Brien-Test",
    ],
)
def test_letter_takes_every_name(text_of, name):
    content = pdf(text_of(name), at=now())
    assert content.startswith(b"%PDF-")
    assert len(zlib.compress(content)) > 5000


def test_letter_speaks_in_the_first_person(text_of):
    for said in text_of(**URGENT).said:
        assert said.startswith("I have ")
        assert re.search(r"\byou\b|\byour\b", said) is None
