from datetime import timedelta

import pytest

from portal import csrf, tokens
from portal.clock import now

pytestmark = pytest.mark.one_database


def test_read_returns_the_subject(app):
    token = tokens.mint("health-check", "abc", until=now() + timedelta(days=7))
    assert tokens.read("health-check", token) == "abc"


def test_the_same_subject_and_end_give_the_same_link(app):
    until = now() + timedelta(days=7)
    assert tokens.mint("a", "abc", until=until) == tokens.mint("a", "abc", until=until)


def test_read_refuses_another_purpose(app):
    token = tokens.mint("unsubscribe", "abc", until=now() + timedelta(days=7))
    with pytest.raises(tokens.DeadLinkError):
        tokens.read("health-check", token)


def test_read_refuses_an_ended_link_and_says_so(app, clock):
    token = tokens.mint("health-check", "abc", until=now() + timedelta(days=7))
    clock.advance(days=7)
    with pytest.raises(tokens.DeadLinkError) as refused:
        tokens.read("health-check", token)
    assert refused.value.expired


def test_read_refuses_every_altered_letter(app):
    token = tokens.mint("health-check", "abc", until=now() + timedelta(days=7))
    for position, letter in enumerate(token):
        altered = token[:position] + ("A" if letter != "A" else "B") + token[position + 1 :]
        if altered.rstrip("=")[:-1] == token.rstrip("=")[:-1]:
            # The last letter of base64 carries spare bits: another may mean the same bytes.
            continue
        with pytest.raises(tokens.DeadLinkError):
            tokens.read("health-check", altered)


@pytest.mark.parametrize("text", ["", ".", "a.b.c", "\x00", "é" * 40])
def test_read_refuses_noise(app, text):
    with pytest.raises(tokens.DeadLinkError):
        tokens.read("health-check", text)


def test_form_token_is_good_for_a_day_in_an_open_tab(app, clock):
    token = csrf.sign("public")
    signed = now()
    clock.advance(hours=25)
    assert csrf.signed_at(token, "public") == signed


def test_form_token_ends_after_eight_days(app, clock):
    token = csrf.sign("public")
    clock.advance(days=8, seconds=1)
    assert csrf.signed_at(token, "public") is None


def test_form_token_of_another_context_is_refused(app):
    assert csrf.signed_at(csrf.sign("staff:1"), "staff:2") is None
