"""Reads a note for things a question already asks: it can repeat a question, never set a level.

What nobody asked for, a chat or a reply, is read for outcries too, and without what was long ago.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import product
from typing import Any

ENDINGS = ("", "s", "es", "ed", "ing", "ness", "y", "er")
TYPO_FROM = 6
"""Shorter words have too many neighbours: "numb" and "dumb"."""
WORDS_KEPT = 50_000
"""Comparisons that a process remembers: strangers choose the words, so there has to be an end."""


@dataclass(frozen=True)
class Watched:
    """One thing to look for: one word of each group, close together. An outcry has no `key`."""

    key: str
    groups: tuple[frozenset[str], ...]
    near: int


@dataclass(frozen=True)
class Clause:
    """The words between two turns of a note, and how many of them a negation covers."""

    words: tuple[str, ...]
    denied: frozenset[int]


class WatchList:
    """The phrases of watchlist.toml, made ready to read notes."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        """Read the tables; a TypeError or KeyError means malformed data."""
        self._negations = frozenset(raw["negations"])
        self._turns = frozenset(raw["turns"])
        self._starters = frozenset(raw["starters"])
        self._afterwards = frozenset(raw["afterwards"])
        past = {name: re.compile(rf"\b(?:{words})\b") for name, words in raw["past"].items()}
        self._long_ago, self._told, self._goes_on = past["long_ago"], past["told"], past["goes_on"]
        near: int = raw["near"]
        self._reach: int = raw["reach"]
        self._phrases = [
            (re.compile(rf"\b(?:{before})\b"), after) for before, after in raw["phrases"]
        ]
        self.watched, self.outcries = (
            [_watched(each, near=near) for each in raw[table]] for table in ("watch", "outcry")
        )

    def read(self, note: str) -> tuple[str, ...]:
        """List the questions that the note mentions and does not deny, once each."""
        clauses = list(self._clauses(self._plain(note)))
        return tuple(
            dict.fromkeys(
                watched.key
                for watched in self.watched
                if any(self._mentions(clause, watched) for clause in clauses)
            )
        )

    def cries_out(self, text: str) -> bool:
        """Say whether a text mentions, and does not deny, what no question asks: call for help."""
        clauses = list(self._clauses(self._plain(text)))
        return any(self._mentions(clause, each) for each in self.outcries for clause in clauses)

    def of_today(self, text: str) -> str:
        """Return a text without the parts that tell what was over long ago."""
        plain = re.sub("['\u2019`]", "", text.lower())
        if self._goes_on.search(plain) or not self._long_ago.search(plain):
            return text
        parts = re.split(r"([.,;!?\n]+|\b(?:and|but)\b)", plain)
        return "".join(part for part in parts if not self._is_over(part))

    def _is_over(self, part: str) -> bool:
        return bool(self._long_ago.search(part) and self._told.search(part))

    def _plain(self, note: str) -> str:
        """Lower case, without apostrophes, and with the phrases said in one word."""
        text = re.sub("['\u2019`]", "", note.lower())
        text = re.sub(r"[:?=/()\"-]+", " ", text)
        text = re.sub(r"[ \t]+", " ", text)
        for phrase, word in self._phrases:
            text = phrase.sub(word, text)
        return text

    def _clauses(self, text: str) -> Iterator[Clause]:
        for sentence in re.split(r"[.;!\n]+", text):
            carried = 0
            for part in sentence.split(","):
                words = tuple(re.findall(r"[^\W_]+", part))
                if not self._starters.isdisjoint(words[:2]):
                    carried = 0
                clause, carried = self._weigh(words, carried)
                yield clause

    def _weigh(self, words: tuple[str, ...], carried: int) -> tuple[Clause, int]:
        """Which words stand under a negation, and how far it reaches into the next part."""
        denied, left = set(), carried
        for place, word in enumerate(words):
            following = words[place + 1] if place + 1 < len(words) else ""
            if word in self._negations:
                left = self._reach + 1
            elif word in self._turns or (word == "and" and following in self._starters):
                left = 0
            if left:
                denied.add(place)
                left -= 1
        return Clause(words, frozenset(denied)), left

    def _mentions(self, clause: Clause, watched: Watched) -> bool:
        return any(not self._is_denied(clause, places) for places in _places(clause.words, watched))

    def _is_denied(self, clause: Clause, places: tuple[int, ...]) -> bool:
        if not clause.denied.isdisjoint(places):
            return True
        after = clause.words[max(places) + 1 :]
        return len(after) == 1 and after[0] in self._afterwards


def _watched(raw: Mapping[str, Any], *, near: int) -> Watched:
    groups = tuple(map(frozenset, raw["groups"]))
    return Watched(raw.get("key", ""), groups, raw.get("near", near))


def _places(words: Sequence[str], watched: Watched) -> Iterator[tuple[int, ...]]:
    """Where the groups meet: a word of the first, and one of each other close to it."""
    first, *others = watched.groups
    for place, word in enumerate(words):
        if not _is_one_of(word, first):
            continue
        around = range(max(0, place - watched.near), min(len(words), place + watched.near + 1))
        near = [other for other in around if other != place]
        found = ([other for other in near if _is_one_of(words[other], group)] for group in others)
        for meeting in product(*found):
            yield (place, *meeting)


@lru_cache(maxsize=WORDS_KEPT)
def _is_one_of(word: str, wanted: frozenset[str]) -> bool:
    return any(_is_like(word, each) for each in wanted)


def _is_like(word: str, wanted: str) -> bool:
    """Accept the word itself, with a common ending, or with one slip of the keyboard."""
    if word in {wanted + ending for ending in ENDINGS}:
        return True
    return (
        len(wanted) >= TYPO_FROM and abs(len(word) - len(wanted)) <= 1 and _one_slip(word, wanted)
    )


def _one_slip(word: str, wanted: str) -> bool:
    """One letter wrong, missing, too many, or two neighbours swapped; the first one is right."""
    if word[:1] != wanted[:1]:
        return False
    pairs = enumerate(zip(word, wanted, strict=False))
    same = next((place for place, (one, other) in pairs if one != other), len(wanted))
    mine, theirs = word[same:], wanted[same:]
    swapped = theirs[1:2] + theirs[:1] + theirs[2:]
    return mine in {theirs, swapped, theirs[1:]} or mine[1:] in {theirs, theirs[1:]}


@cache
def watchlist() -> WatchList:
    """Read the list as shipped, once."""
    text = resources.files(__package__).joinpath("watchlist.toml").read_text("utf-8")
    return WatchList(tomllib.loads(text))


def watch(text: str) -> tuple[str, ...]:
    """Keys whose question should be asked again: the text mentions it and does not deny it."""
    return watchlist().read(text)
