"""Every rule is open to everybody, with its source and whether a clinician has signed it."""

import re

import pytest

from portal.screening import ruleset
from portal.site.rulebook import rulebook

pytestmark = pytest.mark.one_database

CES_PATHWAY = "Cauda equina pathway, primary care page, 2023, GIRFT interactive pathways"
NHS_BACK_PAIN = "Back pain: when to get help, NHS website"


def test_every_rule_is_on_the_page(client):
    text = client.get("/how-screening-works").text
    shown = re.findall(r'<li id="rule-([^"]+)"', text)
    assert sorted(shown) == sorted(rule.id.lower() for rule in ruleset().rules)


def test_levels_go_from_the_most_cautious_down():
    assert [chapter.level for chapter in rulebook().chapters] == [
        "EMERGENCY",
        "URGENT",
        "REFERRAL",
        "CAUTION",
    ]


def test_rule_is_shown_with_timeframe_hold_source_and_review(client):
    text = client.get("/how-screening-works").text
    row = text.partition('<li id="rule-ces-bladder">')[2].partition("</li>")[0]
    facts = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", row)
    assert facts == [
        ("How soon", "Now"),
        ("With us meanwhile", "Everything with us waits until then."),
        ("Sources", f"{CES_PATHWAY}; {NHS_BACK_PAIN}"),
        ("Review", "Not yet reviewed by a clinician"),
        ("Rule", "CES-BLADDER"),
    ]


def test_every_rule_names_a_source():
    lines = [line for chapter in rulebook().chapters for line in chapter.lines]
    assert [line.id for line in lines if not line.sources] == []


def test_what_is_cited_from_memory_says_so():
    lines = [line for chapter in rulebook().chapters for line in chapter.lines]
    chest = next(line for line in lines if line.id == "CHEST-NOW")
    assert chest.sources[0].endswith("(from memory, still to be checked)")


def test_page_says_that_nobody_has_signed_yet(client):
    assert "<b>Not yet reviewed by a clinician.</b>" in client.get("/how-screening-works").text


def test_page_explains_why_not_every_sign_refers(client):
    text = " ".join(client.get("/how-screening-works").text.split())
    assert "about 4 in 5 had at least one of them, and about 1 in 100 turned out" in text
