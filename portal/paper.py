"""Documents on paper: a PDF in the pages' own face, for any name that somebody may have.

The font knows Latin letters. A name in another script is not redrawn in letters that nobody typed:
the page names each of its letters by its Unicode name.
"""

import unicodedata
from datetime import datetime
from pathlib import Path
from typing import cast

from fpdf import FPDF
from fpdf.fonts import TTFFont

FONT = Path(__file__).with_name("fonts") / "ahn-regular.ttf"
TEXT_SIZE, SMALL_SIZE, TITLE_SIZE, HEADING_SIZE = 11, 9, 18, 13
LINE = 6
LEADING = 0.52


class Paper(FPDF):
    """A document that is written from top to bottom; the same words give the same pages."""

    def __init__(self, *, title: str, at: datetime, sheet: str = "A4", margin: float = 22) -> None:
        super().__init__(format=sheet)
        self.set_creation_date(at)
        self.set_title(title)
        self.set_lang("en")
        self.set_margin(margin)
        self.add_font("ahn", fname=FONT)
        self.add_page()
        self._known = frozenset(cast("TTFFont", self.fonts["ahn"]).cmap)

    def say(self, text: str, size: int = TEXT_SIZE, *, gap: float = LINE // 2) -> None:
        """Write a paragraph, and leave a gap below it."""
        self.set_font("ahn", size=size)
        lines = drawable(text, self._known)
        self.multi_cell(0, size * LEADING, lines, align="L", new_x="LMARGIN", new_y="NEXT")
        self.ln(gap)


def drawable(text: str, known: frozenset[int]) -> str:
    """Return `text` with the letters the font lacks named in brackets instead."""
    parts, foreign = [], []
    for sign in [*text, ""]:
        if sign and ord(sign) not in known and not sign.isspace():
            foreign.append(unicodedata.name(sign, f"U+{ord(sign):04X}"))
            continue
        if foreign:
            parts.append(f"[{', '.join(foreign)}]")
            foreign = []
        parts.append(" " if sign.isspace() else sign)
    return "".join(parts)
