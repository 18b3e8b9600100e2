"""What one question and one page are, and how they are read from questions.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from portal.screening.conditions import Condition, parse

Kind = Literal["choice", "multi", "number", "scale", "text"]


@dataclass(frozen=True)
class Option:
    """One answer a person can give; `statement` completes "You told us you have ..."."""

    value: str
    label: str
    statement: str = ""
    short: str = ""
    unscored: str = ""


@dataclass(frozen=True)
class Question:
    """One thing we ask; `clear` is the answer that an unticked item of a group takes."""

    key: str
    kind: Kind
    text: str
    help: str = ""
    again: str = ""
    tick: str = ""
    short: str = ""
    options: tuple[Option, ...] = ()
    clear: Any = None
    default: Any = None
    safety: bool = False
    required: bool = True
    error: str = ""
    minimum: int = 0
    maximum: int = 0
    low: str = ""
    high: str = ""
    statement: str = ""
    also_read_by: str = ""
    when: Condition | None = field(default=None, repr=False)

    @property
    def values(self) -> tuple[str, ...]:
        """Every value an option has, in the order shown."""
        return tuple(option.value for option in self.options)

    @property
    def plain(self) -> bool:
        """A tick says it all: there is nothing more to ask than yes or no."""
        return self.kind == "choice" and set(self.values) == {"no", "yes"}

    def is_clear(self, value: object) -> bool:
        """Whether this answer says that nothing is there."""
        return self.clear is not None and value == self.clear

    def label_of(self, value: object) -> str:
        """Repeat the answer as it stood at its control, for pages that repeat it."""
        if isinstance(value, list):
            return ", ".join(map(self._label, value)) or "None of these"
        return "Not answered" if value in (None, "") else self._label(value)

    def statement_of(self, value: object) -> str:
        """Put the answer in the person's words, after "You told us you have"; may be empty."""
        if value is None or value == []:
            return ""
        if isinstance(value, list):
            return self.statement.format(value=_listed([self._statement(one) for one in value]))
        if self.options:
            return self._statement(value)
        return self.statement.format(value=value)

    def _option(self, value: object) -> Option | None:
        return next((option for option in self.options if option.value == value), None)

    def _label(self, value: object) -> str:
        option = self._option(value)
        return option.label if option else str(value)

    def _statement(self, value: object) -> str:
        option = self._option(value)
        return option.statement if option else ""


@dataclass(frozen=True)
class Page:
    """One screen: a group of ticks, or questions with their own controls."""

    slug: str
    title: str
    hint: str = ""
    why: str = ""
    ticks: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    again: bool = False
    not_sure: bool = False
    detail: bool = False
    recheck: bool = False
    error: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key this page settles or opens."""
        return self.ticks + self.asks


def _listed(words: list[str]) -> str:
    """Words as a person would say them: "a, b and c"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def read_question(raw: Mapping[str, Any]) -> Question:
    """One [[question]] table; unknown fields are refused by the dataclass itself."""
    fields = {"kind": "choice", **raw}
    options = tuple(Option(**option) for option in fields.pop("options", ()))
    if yes := fields.pop("yes", ""):
        no = fields.pop("no", "")
        options = (Option("no", "No", no), Option("yes", "Yes", yes))
        fields = {"clear": "no", "default": "no", **fields}
    if fields["kind"] == "multi":
        fields = {"clear": [], "default": [], **fields}
    elif "clear" in fields:
        fields = {"default": fields["clear"], **fields}
    when = parse(fields.pop("when")) if "when" in fields else None
    return Question(options=options, when=when, **fields)


def read_page(raw: Mapping[str, Any], questions: Mapping[str, Question]) -> Page:
    """One [[page]] table; a page for one question bears that question as its title."""
    fields = dict(raw)
    ticks, asks = tuple(fields.pop("ticks", ())), tuple(fields.pop("asks", ()))
    if "title" not in fields:
        only = questions[asks[0]]
        fields["title"] = only.text
        fields.setdefault("hint", only.again if fields.get("again") else only.help)
    return Page(ticks=ticks, asks=asks, **fields)
