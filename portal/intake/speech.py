"""The person's own answers, turned round so that they can say them to a doctor."""

import re
from collections.abc import Sequence

TURNS = (
    (r"\b(stops|wakes|told|with) you\b", r"\1 me"),
    (r"\byou were\b", "I was"),
    (r"\byou are\b", "I am"),
    (r"\byour\b", "my"),
    (r"\byou\b", "I"),
)


def first_person(statement: str) -> str:
    """Return a statement about "you" as the person says it: "pain that wakes me"."""
    for pattern, words in TURNS:
        statement = re.sub(pattern, words, statement)
    return statement


def script(said: Sequence[str], *, when: str) -> str:
    """Return what someone can say when they ring a doctor."""
    starts = ("I have", *["I also have"] * len(said))
    sentences = [
        f"{start} {first_person(each)}." for start, each in zip(starts, said, strict=False)
    ]
    return " ".join([*sentences, f"A health check told me to be seen {when}."])
