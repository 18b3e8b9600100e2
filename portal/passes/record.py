"""The signed waiver as a document: the text, who signed, when, and the text's SHA-256.

The font, the pages' own at one weight, knows Latin letters. A name in another script is not redrawn
in letters that nobody typed: the page names each of its letters by its Unicode name, and the whole
record is attached to the document as text, letter for letter.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from fpdf import FPDF
from fpdf.fonts import TTFFont

FONT = Path(__file__).with_name("fonts") / "ahn-regular.ttf"
TEXT_SIZE, SMALL_SIZE, TITLE_SIZE = 11, 9, 18
LINE = 6


@dataclass(frozen=True)
class Signed:
    """Everything a signature stands for; `moment` is when, in words, in the studio's zone."""

    studio: str
    version: str
    text: str
    text_hash: str
    visitor: str
    signed_name: str
    relation: str
    code: str
    moment: str

    @property
    def facts(self) -> Mapping[str, str]:
        """Return what stands below the text, in order."""
        by = f"{self.signed_name} ({self.relation})" if self.relation else self.signed_name
        return {
            "Visitor": self.visitor,
            "Signed by": by,
            "Signed on": self.moment,
            "Day pass": self.code,
            "Version": self.version,
            "SHA-256 of the text": self.text_hash,
        }


def pdf(signed: Signed, *, at: datetime) -> bytes:
    """Return the document; the same signature always gives the same pages."""
    page = FPDF(format="A4")
    page.set_creation_date(at)
    page.set_title(f"Waiver {signed.code}")
    page.set_lang("en")
    page.set_margin(22)
    page.add_font("ahn", fname=FONT)
    page.add_page()
    known = frozenset(cast("TTFFont", page.fonts["ahn"]).cmap)
    title, *paragraphs = signed.text.strip().split("\n\n")
    for size, text in ((SMALL_SIZE, signed.studio), (TITLE_SIZE, title)):
        _write(page, text, size, known)
    for text in paragraphs:
        _write(page, text, TEXT_SIZE, known)
    page.ln(LINE)
    for label, text in signed.facts.items():
        _write(page, f"{label}: {text}", TEXT_SIZE, known, gap=0)
    record = "\n".join(f"{name}: {text}" for name, text in asdict(signed).items())
    page.embed_file(bytes=record.encode(), basename="record.txt", desc="The record as text")
    return bytes(page.output())


def _write(
    page: FPDF, text: str, size: int, known: frozenset[int], *, gap: int = LINE // 2
) -> None:
    page.set_font("ahn", size=size)
    lines = drawable(text, known)
    page.multi_cell(0, size * 0.52, lines, align="L", new_x="LMARGIN", new_y="NEXT")
    page.ln(gap)


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
