"""Every letter of these pages word by word; UPDATE_GOLDEN=1 accepts a change: read it."""

from pathlib import Path

import pytest

from portal.mail import outbox
from tests.golden import kept, written

GOLDEN = Path(__file__).parent / "golden"
PAGE = "http://localhost/privacy/me/WyJ4IiwxXQ.abc"
DESK = "http://localhost/desk/privacy/complaints/7"
DAY = "Tuesday, December 22"
LETTERS = {
    "privacy_link": ("privacy_link", {"name": "Robin", "url": PAGE}),
    "data_deleted": ("data_deleted", {"session": None}),
    "data_deleted-session": (
        "data_deleted",
        {"session": "Tuesday, November 24 at 10 am, Chicago time"},
    ),
    "session_off": (
        "session_off",
        {"name": "Amir", "at": "Tuesday, November 24 at 10 am, Chicago time"},
    ),
    "complaint_received": (
        "complaint_received",
        {"name": "Robin", "reference": "C-7K4QXR", "day": DAY},
    ),
    "complaint_answered": (
        "complaint_answered",
        {"name": "Robin", "reference": "C-7K4QXR", "answer": "We are sorry.\n\nIt has stopped."},
    ),
    "complaint_alert": (
        "complaint_alert",
        {"reference": "C-7K4QXR", "soon": False, "day": DAY, "url": DESK},
    ),
    "complaint_alert-soon": (
        "complaint_alert",
        {"reference": "C-7K4QXR", "soon": True, "day": DAY, "url": DESK},
    ),
}


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("part", ["txt", "html"])
def test_letter_reads_word_by_word(app, name, part):
    text = written(outbox.render(*LETTERS[name]), part)
    assert text == kept(GOLDEN / f"{name}.{part}", text)


def test_every_golden_file_belongs_to_a_letter():
    assert {file.stem for file in GOLDEN.iterdir()} == set(LETTERS)
