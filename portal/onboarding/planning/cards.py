"""Short cards that teach: for a client by what they fear or ask, for a coach by strategy."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from portal.onboarding.planning.facts import Assessment, facts
from portal.onboarding.planning.validate import (
    InvalidPlanRulesError,
    condition_faults,
    signature_faults,
)
from portal.screening.closures import Closure, build
from portal.screening.conditions import Condition, Derived, parse, walk
from portal.screening.rules import Citation
from portal.screening.validate import BASES

AUDIENCES = ("client", "coach")
STRATEGIES: Mapping[int, str] = {
    1: "Thorough assessment and clear communication",
    2: "Core stability and deep muscle activation",
    3: "Mobility without overstretching",
    4: "Movement patterns and posture",
    5: "Confidence through progressive training",
}
"""The five strategies by their number, as headings."""
SHOWN_TO_A_CLIENT = 3


@dataclass(frozen=True, eq=False)
class Card:
    """One idea in a few sentences: a client's answers a topic, a coach's belongs to a strategy."""

    id: str
    audience: str
    title: str
    words: tuple[str, ...]
    citations: tuple[str, ...]
    reviewed_by: str
    reviewed_on: str
    topic: str = ""
    strategy: int = 0
    when: Condition | None = None
    holds: Closure = field(default=lambda _: False, repr=False)


@dataclass(frozen=True)
class Deck:
    """One version of the cards."""

    version: str
    cards: tuple[Card, ...]
    citations: Mapping[str, Citation]

    def sources(self, card: Card) -> tuple[Citation, ...]:
        """List where a card comes from."""
        return tuple(self.citations[key] for key in card.citations)


def read_deck(raw: Mapping[str, Any]) -> Deck:
    """Build the cards from their tables, without judging whether they make sense."""
    return Deck(
        version=raw["version"],
        cards=tuple(_read(table) for table in raw["card"]),
        citations={key: Citation(key, **table) for key, table in raw["citation"].items()},
    )


def _read(table: Mapping[str, Any]) -> Card:
    fields = {**table, "words": tuple(table["words"]), "citations": tuple(table["citations"])}
    if "when" in fields:
        fields["when"] = when = parse(fields["when"])
        fields["holds"] = build(when)
    return Card(**fields)


def faults_of(deck: Deck) -> Iterator[str]:
    """List what is wrong with the cards, one line each."""
    names = [card.id for card in deck.cards]
    yield from (f"{name}: defined twice" for name in sorted(set(names)) if names.count(name) > 1)
    for card in deck.cards:
        yield from (f"{card.id}: {fault}" for fault in _card_faults(card, deck))
    for key, citation in deck.citations.items():
        if citation.basis not in BASES:
            yield f"citation {key}: basis must be one of {sorted(BASES)}"
        if not any(key in card.citations for card in deck.cards):
            yield f"citation {key}: not used"
    for strategy in STRATEGIES:
        if not for_coach(strategy, deck):
            yield f"strategy {strategy}: no card"


def _card_faults(card: Card, deck: Deck) -> Iterator[str]:
    if card.audience not in AUDIENCES:
        yield f"no audience {card.audience!r}"
    if (card.audience == "client") is not bool(card.topic):
        yield "a client's card, and no other, has a topic"
    if (card.audience == "coach") is not (card.strategy in STRATEGIES):
        yield "a coach's card, and no other, has a strategy"
    if not card.citations:
        yield "a card needs a citation"
    yield from (f"no citation {key!r}" for key in card.citations if key not in deck.citations)
    if card.when:
        if any(isinstance(part, Derived) for part in walk(card.when)):
            yield "a card's condition stands for itself"
        yield from condition_faults(card.when)
    yield from signature_faults(card.reviewed_by, card.reviewed_on)


@cache
def deck() -> Deck:
    """Read and validate the cards as shipped, once; raises InvalidPlanRulesError."""
    text = resources.files(__package__).joinpath("cards.toml").read_text("utf-8")
    cards = read_deck(tomllib.loads(text))
    if found := [*faults_of(cards)]:
        raise InvalidPlanRulesError("\n".join(found))
    return cards


def topics() -> Mapping[str, str]:
    """List what a client can ask, by the id of the card that answers."""
    return {card.id: card.topic for card in deck().cards if card.topic}


def for_client(
    assessment: Assessment, asked: Collection[str] = (), *, most: int = SHOWN_TO_A_CLIENT
) -> tuple[Card, ...]:
    """Choose a few cards: what the person asked for first, then what fits what they told."""
    known = facts(assessment)
    cards = [card for card in deck().cards if card.audience == "client"]
    wanted = [card for card in cards if card.id in asked]
    fitting = [card for card in cards if card not in wanted and card.holds(known)]
    return tuple([*wanted, *fitting][:most])


def to_ask() -> tuple[Card, ...]:
    """List every card that answers something a client may ask."""
    return tuple(card for card in deck().cards if card.topic)


def for_coach(strategy: int, cards: Deck | None = None) -> tuple[Card, ...]:
    """List the cards of one strategy, from 1 to 5."""
    return tuple(card for card in (cards or deck()).cards if card.strategy == strategy)
