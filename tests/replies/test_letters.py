"""Every letter about a reply word by word; UPDATE_GOLDEN=1 accepts a change: read it."""

from pathlib import Path

import pytest

from portal.mail import outbox
from tests.golden import kept, written

pytestmark = pytest.mark.one_database

GOLDEN = Path(__file__).parent / "golden"
PAGE = "http://localhost/replies/WyJ4IiwxXQ.abc"
LETTERS = {
    "reply_published": {"name": "Rosa", "url": PAGE},
    "reply_answered": {"name": "Rosa", "url": PAGE},
    "reply_alert": {"reference": "R-7K4QXR2B", "url": "http://localhost/desk/replies/7"},
}


@pytest.mark.parametrize("kind", LETTERS)
@pytest.mark.parametrize("part", ["txt", "html"])
def test_letter_reads_word_by_word(app, kind, part):
    text = written(outbox.render(kind, LETTERS[kind]), part)
    assert text == kept(GOLDEN / f"{kind}.{part}", text)


def test_every_golden_file_belongs_to_a_letter():
    assert {file.stem for file in GOLDEN.iterdir()} == set(LETTERS)
