"""Every letter about a pass, word by word; UPDATE_GOLDEN=1 accepts a change."""

import re
from pathlib import Path

import html5lib
import pytest

from portal.mail import outbox
from tests.golden import kept, written
from tests.mail.test_letters import HEALTH_WORDS

pytestmark = pytest.mark.one_database

GOLDEN = Path(__file__).parent / "golden"
FACTS = {
    "name": "Robin",
    "day": "Saturday",
    "whole_day": "Saturday, November 28",
    "hours": "6 am to 9 pm",
    "code": "TL-9F2K",
    "spoken": "T L 9 F 2 K",
    "url": "http://localhost/pass/AAAAAAAAAAAAAAAAAAAAAA",
    "signed": True,
}
LETTERS = {
    "day_pass": ("day_pass", FACTS),
    "day_pass-to-sign": ("day_pass", FACTS | {"signed": False, "name": "Łukasz"}),
    "pass_moved": ("pass_moved", FACTS),
    "pass_moved-to-sign": ("pass_moved", FACTS | {"signed": False, "hours": ""}),
    "pass_follow_up": ("pass_follow_up", FACTS),
}


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("part", ["txt", "html"])
def test_letter_reads_word_by_word(app, name, part):
    text = written(outbox.render(*LETTERS[name]), part)
    assert text == kept(GOLDEN / f"{name}.{part}", text)


def test_every_golden_file_belongs_to_a_letter():
    assert {file.stem for file in GOLDEN.iterdir()} == set(LETTERS)


@pytest.mark.parametrize("name", LETTERS)
def test_letter_holds_no_health_word_and_names_whom_to_call(app, name):
    letter = outbox.render(*LETTERS[name])
    assert HEALTH_WORDS.findall(letter.subject + letter.text + letter.html) == []
    assert "555-010-0142" in letter.text
    assert "For an emergency call 911." in letter.text


@pytest.mark.parametrize("name", LETTERS)
def test_html_is_sound_and_fetches_nothing(app, name):
    html = outbox.render(*LETTERS[name]).html
    html5lib.HTMLParser(strict=True).parse(html)
    assert re.findall(r"<(?:img|link|script|iframe|style)|@import|url\(", html) == []
    targets = re.findall(r'href="([^"]+)"', html)
    assert all(target.startswith(("http://localhost/", "tel:")) for target in targets)
