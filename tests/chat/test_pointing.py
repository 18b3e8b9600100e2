"""What becomes a link in a message of the studio: our own addresses, and nothing else."""

import pytest

from portal.chat import answering, links
from portal.chat.pointing import pieces
from tests.chat.conftest import press, says

OURS = "https://studio.example"


def paths(text: str) -> list[str]:
    return [piece.path for piece in pieces(text, public_url=OURS) if piece.path]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Nothing here.", []),
        (f"Look at {OURS}/times.", ["/times"]),
        (f"({OURS}/articles/a?b=c) or {OURS}/consult!", ["/articles/a?b=c", "/consult"]),
        ("https://elsewhere.example/times", []),
        (f"{OURS}.evil.example/times", []),
        (f"{OURS}@evil.example/times", []),
        (f"{OURS}:8080/times", []),
        (f"https://evil.example/{OURS}/times", []),
        ("javascript:alert(1)", []),
    ],
)
def test_our_own_addresses_are_found_and_no_other(text, found):
    assert paths(text) == found


@pytest.mark.parametrize("text", ["", "Plain", f"At {OURS}/times, or later", f"{OURS}/a {OURS}/b"])
def test_no_letter_of_a_text_is_lost(text):
    assert "".join(piece.text for piece in pieces(text, public_url=OURS)) == text


def test_only_the_studio_points_and_what_it_points_at_stays_here(client, begins, dana):
    thread = begins()
    says(thread, "Is it http://localhost/times or <a href=/x>")
    text = "See http://localhost//evil.example and http://evil.example/times <b>"
    answering.answer(press(thread, dana), text, key="a")
    page = client.get(f"/chat/{links.token(thread)}").text
    log = page.partition('id="chat-log"')[2].partition('id="chat-write"')[0]
    assert log.count("<a ") == 1
    assert '<a href="http://localhost//evil.example">http://localhost//evil.example</a>' in log
    assert "&lt;b&gt;" in log
