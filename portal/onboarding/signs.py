"""What stops a plan at once: a closed list of signs, and what each says to the health check."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("signs.toml")


@dataclass(frozen=True)
class Sign:
    """One sign: what the person reads, and the answers it sets; `keeps` are graver ones."""

    key: str
    words: str
    answers: Mapping[str, str]
    leg: bool = False
    keeps: Mapping[str, str] = field(default_factory=dict)
    only: Mapping[str, str] = field(default_factory=dict)

    def sets(self, stood: Mapping[str, Any]) -> dict[str, str]:
        """Return what it sets on top of the answers that stood: never less than they said."""
        kept = {key for key, value in self.keeps.items() if stood.get(key) == value}
        return {key: value for key, value in self.answers.items() if key not in kept}

    def concerns(self, answers: Mapping[str, Any]) -> bool:
        """Say whether this sign can come up for somebody with these answers."""
        return all(answers.get(key) == value for key, value in self.only.items())


@cache
def signs() -> tuple[Sign, ...]:
    """Return every sign, in the order shown."""
    return tuple(Sign(**raw) for raw in tomllib.loads(FILE.read_text("utf-8"))["sign"])


def changes(keys: Iterable[str], stood: Mapping[str, Any]) -> dict[str, str]:
    """Return the answers that these signs set; of two that set the same one the graver counts."""
    found: dict[str, str] = {}
    for sign in signs():
        if sign.key in set(keys):
            found.update(sign.sets(stood))
    return found
