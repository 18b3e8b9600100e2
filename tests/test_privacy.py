"""What somebody told us stays out of addresses, titles, mail and logs."""

import logging
import re

import pytest
from sqlalchemy import select

from portal.extensions import db
from portal.mail import outbox
from portal.mail.models import OutboxMail
from tests.intake.walker import Document
from tests.stranger import Stranger
from tests.test_journey import OUTCOMES

TOLD = re.compile(
    r"\b(numb\w*|tingl\w*|saddle|groin|bladder|bowels?|pee\w*|chest|breath\w*|faint\w*|stroke|"
    r"weak\w*|legs?|fever|cancer|pregnan\w*|operation|surgery|spine|symptoms?)\b",
    re.IGNORECASE,
)
DECIDED = re.compile(
    r"\b(emergency|urgent|referral|caution|incomplete|911|doctor|serious|flags?)\b", re.IGNORECASE
)
TOKEN = re.compile(r"(?<=/health-check/)[^/]+")
SAME_FOR_ALL = re.compile(r"For an emergency call [^.]*\.|https?://[^\s\"<]+")
"""What every letter says whoever gets it, and its addresses, whose tokens are random letters."""
PUBLIC = ("/", "/articles/", "/articles/sore-back", "/how-screening-works", "/privacy")
FORMS = ("/consult", "/day-pass", "/staff/sign-in", "/nothing-here", "/health-check/torn/")
"""Pages that somebody else may see over a shoulder or in a history."""


def betrays(text: str) -> bool:
    """Say whether a line gives away an answer or what came of it."""
    return bool(TOLD.search(text) or DECIDED.search(text))


@pytest.fixture
def walks(client, clock, caplog):
    """Let one person of every outcome walk the whole way; returns every page they saw."""
    caplog.set_level(logging.DEBUG, logger="portal")
    caplog.set_level(logging.DEBUG, logger="werkzeug")
    seen = []
    for outcome, answers in OUTCOMES.items():
        stranger = Stranger(client, email=f"robin.{len(seen)}@example.com", **answers)
        stranger.open("/consult")
        clock.advance(seconds=15)
        stranger.press()
        while not stranger.page.disposition:
            seen.append(stranger.page)
            if stranger.press().status != 200:
                stranger.walk()
        seen.append(stranger.page)
        assert stranger.page.disposition == outcome
    return seen


def test_no_address_on_the_way_says_what_was_told(walks):
    addresses = {TOKEN.sub("", page.path) for page in walks}
    assert len(addresses) > 12
    assert [address for address in addresses if betrays(address)] == []


def test_no_title_of_a_result_says_what_was_told(walks):
    titles = {re.search("<title>(.*?)</title>", page.text)[1] for page in walks if page.disposition}
    assert len(titles) >= 4
    assert [title for title in titles if TOLD.search(title)] == []


def test_no_mail_says_what_was_told(walks):
    mails = db.session.scalars(select(OutboxMail)).all()
    assert {mail.kind for mail in mails} == {"finish_check", "request_received", "staff_alert"}
    letters = [outbox.unseal(mail.uid, mail.content) for mail in mails]
    told = [text for it in letters for text in (it.subject, it.text, it.html)]
    words = [SAME_FOR_ALL.sub("", text) for text in told]
    assert [text for text in words if betrays(text)] == []


def test_no_log_says_what_was_told_or_who_told_it(walks, caplog):
    lines = [record.getMessage() for record in caplog.records if "portal" in record.name]
    assert [line for line in lines if betrays(line) or "robin" in line.lower()] == []


@pytest.mark.one_database
@pytest.mark.parametrize("path", PUBLIC + FORMS)
def test_title_of_an_open_page_names_no_symptom(client, path):
    assert TOLD.findall(Document(client.get(path)).title) == []
