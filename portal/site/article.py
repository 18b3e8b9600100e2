"""One article: a Markdown file with front matter, read and rendered once.

An article opens with a few paragraphs; every `##` heading after that begins a section. The first
sections get a number and one of the `pictures`; those beyond them follow as plain text. A quotation
is drawn as a box that stands out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from math import ceil
from typing import Any

import frontmatter
from markupsafe import Markup

from portal.site.markdown import render

WORDS_A_MINUTE = 200
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
MARKDOWN = re.compile(r"!\[.*?\]\(.*?\)|\]\(.*?\)|[#>*\[\]()-]")


@dataclass(frozen=True)
class Section:
    """A heading, what stands under it, and the pictogram beside it, if any."""

    title: str
    body: Markup
    picture: str | None


@dataclass(frozen=True)
class Call:
    """The next step that an article ends in: `form` is `consult` or `day-pass`."""

    form: str
    heading: str
    words: str


@dataclass(frozen=True)
class Article:
    """One article, ready to be shown; a draft is for staff."""

    slug: str
    title: str
    summary: str
    author: str
    published: date
    updated: date
    topics: tuple[str, ...]
    draft: bool
    minutes: int
    picture: str
    opening: Markup
    steps: tuple[Section, ...]
    closing: tuple[Section, ...]
    call: Call
    sources: tuple[str, ...]
    text: str


def read(file: Traversable) -> Article:
    """Return the article of a file; raise KeyError when its front matter lacks something."""
    page = frontmatter.loads(file.read_text("utf-8"))
    front: Mapping[str, Any] = page.metadata
    opening, *parts = HEADING.split(page.content)
    sections = _sections(parts, front["pictures"])
    numbered = len(front["pictures"])
    return Article(
        slug=file.name.removesuffix(".md"),
        title=front["title"],
        summary=front["summary"],
        author=front["author"],
        published=front["date"],
        updated=front.get("updated", front["date"]),
        topics=tuple(front["topics"]),
        draft=front.get("draft", False),
        minutes=ceil(len(page.content.split()) / WORDS_A_MINUTE),
        picture=front["picture"],
        opening=render(opening),
        steps=sections[:numbered],
        closing=sections[numbered:],
        call=Call(front["call"], front["call_heading"], front["call_words"]),
        sources=tuple(front["sources"]),
        text=MARKDOWN.sub(" ", page.content),
    )


def _sections(parts: list[str], pictures: list[str]) -> tuple[Section, ...]:
    """Pair headings with bodies, which alternate in `parts`, and with pictures while they last."""
    pairs = list(zip(parts[::2], parts[1::2], strict=True))
    beside = [*pictures, *[None] * (len(pairs) - len(pictures))]
    return tuple(
        Section(title=title, body=render(body), picture=picture)
        for (title, body), picture in zip(pairs, beside, strict=True)
    )
