"""The letter as a PDF on one sheet, with the return link printed as text and as a code."""

from datetime import datetime

import segno

from portal.extensions import settings
from portal.paper import HEADING_SIZE, SMALL_SIZE, TITLE_SIZE, Paper
from portal.referrals.letter import Letter

LETTER_REGIONS = frozenset({"US", "CA", "MX"})
MARGIN, CODE, QUIET_ZONE = 18.0, 30.0, 4
INDENT, BOX = 6.0, 3.6


def pdf(letter: Letter, *, at: datetime) -> bytes:
    """Return the document: on Letter paper where that is what printers hold, else on A4."""
    studio = settings().studio
    sheet = "letter" if studio.region in LETTER_REGIONS else "A4"
    page = Paper(title=f"Letter {letter.reference}", at=at, sheet=sheet, margin=MARGIN)
    page.say(f"{studio.name}, {studio.address}, {studio.phone}", SMALL_SIZE, gap=0)
    page.say(f"{letter.day}. Reference {letter.reference}", SMALL_SIZE)
    page.say(letter.title, TITLE_SIZE)
    page.say(letter.to, gap=1)
    page.say(letter.opening)
    page.say(letter.told, gap=1)
    _points(page, letter.said)
    page.say("What we plan", HEADING_SIZE, gap=1)
    _points(page, letter.plan)
    page.say("What we ask you", HEADING_SIZE, gap=1)
    page.say(letter.question, gap=1)
    page.say(letter.records)
    _answer(page, letter)
    page.say(letter.closing, SMALL_SIZE, gap=0)
    return bytes(page.output())


def _points(page: Paper, points: tuple[str, ...]) -> None:
    for point in points:
        page.set_x(MARGIN + INDENT)
        page.say(f"\N{BULLET} {point}", gap=0.5)
    page.ln(2)


def _answer(page: Paper, letter: Letter) -> None:
    """Draw the code beside the words, and the boxes for a pen below them."""
    if page.get_y() + CODE > page.page_break_trigger:
        page.add_page()
    page.say("How to answer", HEADING_SIZE, gap=1)
    top = page.get_y()
    page.set_right_margin(MARGIN + CODE + 4)
    page.say(letter.answer, gap=1)
    page.say(letter.url, SMALL_SIZE, gap=1)
    page.set_right_margin(MARGIN)
    _code(page, letter.url, x=page.w - MARGIN - CODE, y=top)
    page.set_y(max(page.get_y(), top + CODE) + 2)
    page.say(letter.by_hand, gap=1)
    for name in ("ok", "limits", "not_now"):
        page.rect(MARGIN + 1, page.get_y() + 1, BOX, BOX)
        page.set_x(MARGIN + INDENT + 2)
        page.say(letter.boxes[name], gap=1)
    page.say(letter.boxes["sign"])


def _code(page: Paper, url: str, *, x: float, y: float) -> None:
    code = segno.make(url, error="m", micro=False)
    modules = code.symbol_size(border=0)[0]
    size = CODE / modules
    page.set_fill_color(16, 35, 29)
    for row, line in enumerate(code.matrix):
        for column, dark in enumerate(line):
            if dark:
                page.rect(x + column * size, y + row * size, size, size, style="F")
