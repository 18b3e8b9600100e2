"""Every letter word by word; UPDATE_GOLDEN=1 accepts a change: read the difference."""

import re
from datetime import date
from pathlib import Path

import html5lib
import pytest

from portal.mail import outbox
from tests.golden import kept, written

pytestmark = pytest.mark.one_database

GOLDEN = Path(__file__).parent / "golden"
LINK = "http://localhost/health-check/WyJ4IiwxXQ.abc/"
DESK = "http://localhost/desk/leads/7"
CHATS = "http://localhost/desk/chats/7"
CHAT = "http://localhost/chat/WyJ4IiwxXQ.abc"
PLAN = "http://localhost/plan/WyJ4IiwxXQ.abc/"
TRAINS = {"name": "Robin", "coach": "Amir", "url": PLAN}
LETTERS = {
    "finish_check-consult": ("finish_check", {"name": "Robin", "kind": "consult", "url": LINK}),
    "finish_check-day_pass": ("finish_check", {"name": "Robin", "kind": "day_pass", "url": LINK}),
    "request_received-consult": (
        "request_received",
        {"name": "Robin", "kind": "consult", "visit_on": None, "reference": "TL-7K4Q"},
    ),
    "request_received-day_pass": (
        "request_received",
        {
            "name": "Łukasz",
            "kind": "day_pass",
            "visit_on": date(2026, 11, 24),
            "reference": "TL-7K4Q",
        },
    ),
    "certificate_ends": (
        "certificate_ends",
        {
            "name": "Amir",
            "certificate": "First aid",
            "expires_on": date(2027, 3, 1),
            "url": "http://localhost/desk/learning",
        },
    ),
    "plan_ready": ("plan_ready", TRAINS),
    "plan_link": ("plan_link", TRAINS),
    "plan_reminder": ("plan_reminder", TRAINS),
    "chat_waiting": ("chat_waiting", {"reference": "CH-7K4Q", "url": CHATS, "urgent": False}),
    "chat_waiting-urgent": (
        "chat_waiting",
        {"reference": "CH-7K4Q", "url": CHATS, "urgent": True},
    ),
    "chat_answer": ("chat_answer", {"name": "Robin", "url": CHAT}),
    "staff_alert": ("staff_alert", {"reference": "TL-7K4Q", "url": DESK}),
}
HEALTH_WORDS = re.compile(
    r"\b(health(?!-check/)|pain|back|symptom|doctor|medical|bladder|numb\w*|cancer|chest|screening)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("part", ["txt", "html"])
def test_letter_reads_word_by_word(app, name, part):
    text = written(outbox.render(*LETTERS[name]), part)
    assert text == kept(GOLDEN / f"{name}.{part}", text)


def test_every_golden_file_belongs_to_a_letter():
    assert {file.stem for file in GOLDEN.iterdir()} == set(LETTERS)


@pytest.mark.parametrize("name", LETTERS)
def test_letter_names_the_studio_its_phone_and_the_emergency_number(app, name):
    letter = outbox.render(*LETTERS[name])
    assert "Trueline" in letter.text
    assert "555-010-0142" in letter.text
    assert "For an emergency call 911." in letter.text


@pytest.mark.parametrize("name", LETTERS)
def test_letter_holds_no_health_word(app, name):
    letter = outbox.render(*LETTERS[name])
    assert HEALTH_WORDS.findall(letter.subject + letter.text + letter.html) == []


@pytest.mark.parametrize("name", LETTERS)
def test_html_is_sound_and_fetches_nothing(app, name):
    html = outbox.render(*LETTERS[name]).html
    html5lib.HTMLParser(strict=True).parse(html)
    assert re.findall(r"<(?:img|link|script|iframe|style)|@import|url\(", html) == []
    targets = re.findall(r'href="([^"]+)"', html)
    assert all(target.startswith(("http://localhost/", "tel:")) for target in targets)


def test_staff_alert_says_who_only_by_reference(app):
    letter = outbox.render("staff_alert", {"reference": "TL-7K4Q", "url": DESK, "name": "Robin"})
    assert "Robin" not in letter.subject + letter.text + letter.html


def test_name_is_escaped_in_html_and_plain_in_text(app):
    context = {"name": "<b>O'Neil", "kind": "consult", "url": LINK}
    letter = outbox.render("finish_check", context)
    assert "Hi <b>O'Neil," in letter.text
    assert "Hi &lt;b&gt;O&#39;Neil," in letter.html


@pytest.mark.parametrize("name", ["www.evil.example", "https://evil.example", "a@evil.example"])
def test_name_that_would_become_a_link_is_left_out(app, name):
    letter = outbox.render("finish_check", {"name": name, "kind": "consult", "url": LINK})
    assert letter.text.startswith("Hi,\n")
    assert "evil" not in letter.html


@pytest.mark.parametrize("name", ["J.", "Dr.", "Anne-Marie", "Łukasz", "محمد"])
def test_real_names_are_greeted(app, name):
    letter = outbox.render("finish_check", {"name": name, "kind": "consult", "url": LINK})
    assert letter.text.startswith(f"Hi {name},\n")


def test_subject_is_one_line_whatever_goes_in(app):
    context = {"reference": "TL\r\nBcc: x@example.com", "url": DESK}
    assert outbox.render("staff_alert", context).subject == "Action needed: TL Bcc: x@example.com"
