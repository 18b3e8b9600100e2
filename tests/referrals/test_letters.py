"""Every mail about a referral, word by word; UPDATE_GOLDEN=1 accepts a change."""

import re
from pathlib import Path

import html5lib
import pytest

from portal.mail import outbox
from tests.golden import kept, written
from tests.mail.test_letters import HEALTH_WORDS

GOLDEN = Path(__file__).parent / "golden"
FACTS = {
    "name": "Robin",
    "is_pass": False,
    "is_booked": False,
    "reference": "TL-7K4Q",
    "url": "http://localhost/referral/WyJ4IiwxXQ.abc",
}
LETTERS = {
    "referral_link": ("referral_link", FACTS),
    "pick_a_time": ("pick_a_time", FACTS),
    "pick_a_time-pass": ("pick_a_time", FACTS | {"is_pass": True, "name": "Łukasz"}),
    "pick_a_time-booked": ("pick_a_time", FACTS | {"is_booked": True}),
    "not_yet": ("not_yet", FACTS),
    "referral_follow_up-first": ("referral_follow_up", FACTS | {"last": False}),
    "referral_follow_up-last": ("referral_follow_up", FACTS | {"last": True}),
    "clearance_ends": ("clearance_ends", FACTS | {"ends": "Monday, November 22"}),
}


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("part", ["txt", "html"])
def test_letter_reads_word_by_word(app, name, part):
    text = written(outbox.render(*LETTERS[name]), part)
    assert text == kept(GOLDEN / f"{name}.{part}", text)


def test_every_golden_file_belongs_to_a_letter():
    assert {file.stem for file in GOLDEN.iterdir()} == set(LETTERS)


OUTCOME_WORDS = re.compile(r"\b(clear\w*|limit\w*|refer\w*|professional|verif\w*)\b", re.IGNORECASE)


@pytest.mark.parametrize("name", LETTERS)
def test_letter_holds_no_health_word_and_names_whom_to_call(app, name):
    letter = outbox.render(*LETTERS[name])
    words = (letter.subject + letter.text + letter.html).replace(FACTS["url"], "")
    assert HEALTH_WORDS.findall(words) + OUTCOME_WORDS.findall(words) == []
    assert "555-010-0142" in letter.text
    assert "For an emergency call 911." in letter.text


@pytest.mark.parametrize("name", LETTERS)
def test_html_is_sound_and_fetches_nothing(app, name):
    html = outbox.render(*LETTERS[name]).html
    html5lib.HTMLParser(strict=True).parse(html)
    assert re.findall(r"<(?:img|link|script|iframe|style)|@import|url\(", html) == []
    targets = re.findall(r'href="([^"]+)"', html)
    assert all(target.startswith(("http://localhost/", "tel:")) for target in targets)
