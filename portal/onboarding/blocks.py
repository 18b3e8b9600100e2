"""What the coach asks at the consult: pages of questions as data, and what may be answered."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("blocks.toml")
LONGEST_NOTE = 600
LONGEST_GOAL = 80
MOST = 10
CHOOSE = "Select one of the choices"
TOO_LONG = "Use {most} characters or fewer"

Values = Mapping[str, Any]
Submitted = Mapping[str, Sequence[str]]
Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Ask:
    """One control: `kind` is choice, select, multi, scale, text or goal."""

    key: str
    kind: str
    text: str
    hint: str = ""
    choices: Choices = ()
    low: str = ""
    high: str = ""

    def read(self, sent: Sequence[str]) -> Any:
        """Return the value of what was sent, None for nothing; raise ValueError with the words."""
        if self.kind == "multi":
            return self._several(sent)
        text = sent[-1].strip() if sent else ""
        if not text:
            return None
        if self.kind in {"text", "goal"}:
            return self._words("\n".join(text.splitlines()))
        if text not in dict(self.choices):
            raise ValueError(CHOOSE)
        return int(text) if self.kind == "scale" else text

    def _several(self, sent: Sequence[str]) -> list[str] | None:
        if not set(sent) <= set(dict(self.choices)):
            raise ValueError(CHOOSE)
        return [value for value, _ in self.choices if value in sent] or None

    def _words(self, text: str) -> str:
        most = LONGEST_GOAL if self.kind == "goal" else LONGEST_NOTE
        if len(text) > most:
            raise ValueError(TOO_LONG.format(most=most))
        return text

    def says(self, value: Any) -> str:
        """Return a value in the words of its control."""
        words = dict(self.choices)
        if isinstance(value, list):
            return ", ".join(words[each] for each in value)
        return f"{value} of {MOST}" if self.kind == "scale" else words.get(value, str(value))


@dataclass(frozen=True)
class Group:
    """Controls that belong together; without a title they stand by themselves."""

    asks: tuple[Ask, ...]
    title: str = ""
    look: str = ""
    key: str = ""


@dataclass(frozen=True)
class Block:
    """One page."""

    slug: str
    title: str
    hint: str
    groups: tuple[Group, ...]

    @property
    def asks(self) -> tuple[Ask, ...]:
        """Return every control of the page."""
        return tuple(ask for group in self.groups for ask in group.asks)

    def read(self, submitted: Submitted) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the sound values of a page, None where it was left open, and what is wrong."""
        values: dict[str, Any] = {}
        problems: dict[str, str] = {}
        for ask in self.asks:
            try:
                values[ask.key] = ask.read(submitted.get(ask.key, ()))
            except ValueError as wrong:
                problems[ask.key] = str(wrong)
        return values, problems


@dataclass(frozen=True)
class Book:
    """All the pages of one version."""

    version: str
    blocks: tuple[Block, ...]

    def block(self, slug: str) -> Block | None:
        """Return a page by its place in the address."""
        return next((block for block in self.blocks if block.slug == slug), None)

    def after(self, block: Block) -> Block | None:
        """Return the page that follows, None after the last."""
        place = self.blocks.index(block) + 1
        return self.blocks[place] if place < len(self.blocks) else None

    def before(self, block: Block) -> Block | None:
        """Return the page before, None before the first."""
        place = self.blocks.index(block)
        return self.blocks[place - 1] if place else None

    @property
    def movements(self) -> tuple[str, ...]:
        """Return the keys of the movement screen, in order."""
        return tuple(group.key for block in self.blocks for group in block.groups if group.key)


@cache
def book() -> Book:
    """Return the pages as they ship; a TypeError or KeyError means malformed data."""
    raw = tomllib.loads(FILE.read_text("utf-8"))
    return Book(raw["version"], tuple(_block(each, raw) for each in raw["block"]))


def _block(raw: Mapping[str, Any], words: Mapping[str, Any]) -> Block:
    groups = [Group((_ask(each),)) for each in raw.get("ask", ())]
    areas = _choices(words["goal"]["areas"])
    groups += [_goal(number, areas) for number in range(1, raw.get("goals", 0) + 1)]
    groups += [_movement(each, words["movement"]) for each in raw.get("movement", ())]
    return Block(raw["slug"], raw["title"], raw["hint"], tuple(groups))


def _ask(raw: Mapping[str, Any]) -> Ask:
    fields = dict(raw)
    if fields["kind"] == "scale":
        return _scale(fields["key"], fields["text"], fields["low"], fields["high"])
    return Ask(choices=_choices(fields.pop("options", ())), **fields)


def _choices(options: Sequence[Mapping[str, str]]) -> Choices:
    return tuple((option["value"], option["label"]) for option in options)


def _goal(number: int, areas: Choices) -> Group:
    return Group(
        (
            Ask(f"goal_{number}", "goal", f"Goal {number}"),
            Ask(f"goal_{number}_area", "select", f"Goal {number}: nearest match", choices=areas),
            _scale(
                f"goal_{number}_now",
                f"Goal {number}: how easy is it now?",
                "not possible",
                "as easy as I like",
            ),
        )
    )


def _movement(raw: Mapping[str, str], words: Mapping[str, Any]) -> Group:
    key = raw["key"]
    asks = (
        Ask(f"{key}_scale", "choice", "How it goes", choices=_choices(words["scale"])),
        Ask(f"{key}_side", "choice", "Sides", choices=_choices(words["side"])),
        _scale(f"{key}_pain", "Pain while doing it", "none", "the worst"),
        Ask(f"{key}_note", "text", "Note"),
    )
    return Group(asks, raw["name"], raw["look"], key)


def _scale(key: str, text: str, low: str, high: str) -> Ask:
    steps = tuple((str(number), str(number)) for number in range(MOST + 1))
    return Ask(key, "scale", text, choices=steps, low=low, high=high)
