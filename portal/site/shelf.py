"""The articles: Markdown files with front matter, read and rendered once.

An article opens with a few paragraphs; every `##` heading after that begins a section. The first
sections get a number and one of the `pictures`; those beyond them follow as plain text. A quotation
is drawn as a box that stands out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from math import ceil
from typing import Any

import frontmatter
from markdown_it import MarkdownIt
from markupsafe import Markup

WORDS_A_MINUTE = 200
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """A heading, what stands under it, and the pictogram beside it, if any."""

    title: str
    body: Markup
    picture: str | None


@dataclass(frozen=True)
class Article:
    """One article, ready to be shown."""

    slug: str
    title: str
    summary: str
    updated: date
    minutes: int
    picture: str
    opening: Markup
    steps: tuple[Section, ...]
    closing: tuple[Section, ...]
    sources: tuple[str, ...]


@cache
def articles() -> tuple[Article, ...]:
    """Return every article, the latest first."""
    folder = resources.files(__package__).joinpath("articles")
    found = [_read(file) for file in folder.iterdir() if file.name.endswith(".md")]
    return tuple(sorted(found, key=lambda article: (article.updated, article.slug), reverse=True))


def _read(file: Traversable) -> Article:
    page = frontmatter.loads(file.read_text("utf-8"))
    front: Mapping[str, Any] = page.metadata
    opening, *parts = HEADING.split(page.content)
    sections = _sections(parts, front["pictures"])
    numbered = len(front["pictures"])
    return Article(
        slug=file.name.removesuffix(".md"),
        minutes=ceil(len(page.content.split()) / WORDS_A_MINUTE),
        opening=render(opening),
        steps=sections[:numbered],
        closing=sections[numbered:],
        **_plain(front),
    )


def _plain(front: Mapping[str, Any]) -> dict[str, Any]:
    fields = {name: front[name] for name in ("title", "summary", "updated", "picture")}
    return {**fields, "sources": tuple(front["sources"])}


def _sections(parts: list[str], pictures: list[str]) -> tuple[Section, ...]:
    """Pair headings with bodies, which alternate in `parts`, and with pictures while they last."""
    pairs = list(zip(parts[::2], parts[1::2], strict=True))
    beside = [*pictures, *[None] * (len(pairs) - len(pictures))]
    return tuple(
        Section(title=title, body=render(body), picture=picture)
        for (title, body), picture in zip(pairs, beside, strict=True)
    )


def render(text: str) -> Markup:
    """Return Markdown as HTML; HTML inside it stays text."""
    return Markup(_markdown().render(text))  # noqa: S704 (our own files, and HTML in them is escaped)


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False})
