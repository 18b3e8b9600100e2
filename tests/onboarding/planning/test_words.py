"""No word in the library, the rules, the light, the cards or the drawings makes a back smaller."""

import re
import tomllib
from importlib import resources

import pytest

FILES = ("exercises", "rules", "light", "cards", "drawings")
NOCEBO = (
    *["damage", "degenerat", "deteriorat", "wear and tear", "worn", "crumbl", "fragile", "brittle"],
    *["unstable", "instability", "weak core", "weak back", "core is weak", "switched off"],
    *["slipped", "bulg", "hernia", "out of place", "out of line", "misalign", "disc", "sciatica"],
    *["bad posture", "poor posture", "wrong posture", "poor mechanics", "faulty", "dysfunction"],
    *["danger", "harm", "risk", "injur", "protect your", "be careful", "careful", "avoid bending"],
    *["no pain, no gain", "stop if it hurts", "failed", "failure", "never bend", "never lift"],
    *["cure", "treats", "heal ", "heals", "fixes", "will fix", "rehab", "diagnos"],
    *["red flag", "score", "lazy", "excuse", "should have", "you missed", "disappoint", "must not"],
)
"""What a client or a coach never reads here; beginnings of words, in lower case."""
SPOKEN = {
    "words",
    "half",
    "coach",
    "title",
    "topic",
    "what",
    "cues",
    "helps",
    "dose",
    "rhythm",
    "name",
}


def spoken(value, key=""):
    """Everything that somebody reads, wherever it stands in a file."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from spoken(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from spoken(each, key)
    elif isinstance(value, str) and key in SPOKEN:
        yield value


def read(name):
    text = resources.files("portal.onboarding.planning").joinpath(f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


@pytest.mark.parametrize("name", FILES)
def test_no_nocebo_wording(name):
    said = list(spoken(read(name)))
    found = [
        (word, line)
        for line in said
        for word in NOCEBO
        if re.search(rf"\b{re.escape(word)}", line.lower())
    ]
    assert len(said) > 20
    assert found == []


@pytest.mark.parametrize("name", FILES)
def test_words_are_plain_sentences(name):
    said = [line for line in spoken(read(name)) if len(line) > 60]
    odd = [
        line for line in said if line[-1] not in ".?" or "  " in line or "—" in line or "!" in line
    ]
    assert odd == []


@pytest.mark.parametrize("name", ["rules", "light", "cards"])
def test_nothing_is_signed_before_a_person_has_signed(name):
    raw = read(name)
    tables = [*raw.get("rule", []), *raw.get("card", [])]
    assert {(each["reviewed_by"], each["reviewed_on"]) for each in tables} == {("", "")}
