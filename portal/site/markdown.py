"""Markdown as HTML: markup inside it stays text, and a picture says how large it is.

`![What it shows](name.svg)` names a drawing of `static/img/articles/`. Its width and height are
read from the file, so that a page never jumps while it loads.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from portal import assets, config

PICTURES = "img/articles"


class WordlessPictureError(Exception):
    """A picture came without words for those who do not see it."""


def render(text: str) -> Markup:
    """Return Markdown as HTML; raise WordlessPictureError for a picture without words."""
    return Markup(_markdown().render(text))  # noqa: S704 (our own files, and HTML in them is escaped)


@cache
def size(name: str) -> tuple[int, int]:
    """Return the width and height in pixels that a drawing states; raise OSError or KeyError."""
    file = config.ROOT / "static" / PICTURES / name
    root = ET.parse(file).getroot()  # noqa: S314 (our own file)
    return int(root.attrib["width"]), int(root.attrib["height"])


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False})
    markdown.add_render_rule("image", _picture)
    return markdown


def _picture(_self: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    name, words = str(tokens[index].attrs["src"]), tokens[index].content
    if not words:
        raise WordlessPictureError(name)
    width, height = size(name)
    return Markup(
        '<img src="{}" alt="{}" width="{}" height="{}" loading="lazy" decoding="async">'
    ).format(assets.address(f"{PICTURES}/{name}"), words, width, height)
