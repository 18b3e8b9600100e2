"""The signed waiver as a document: the text, who signed, when, and the text's SHA-256.

The whole record is attached to the document as text, letter for letter, because the font of the
page does not know every script.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from portal.paper import LINE, SMALL_SIZE, TITLE_SIZE, Paper


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
    page = Paper(title=f"Waiver {signed.code}", at=at)
    title, *paragraphs = signed.text.strip().split("\n\n")
    page.say(signed.studio, SMALL_SIZE)
    page.say(title, TITLE_SIZE)
    for text in paragraphs:
        page.say(text)
    page.ln(LINE)
    for label, text in signed.facts.items():
        page.say(f"{label}: {text}", gap=0)
    record = "\n".join(f"{name}: {text}" for name, text in asdict(signed).items())
    page.embed_file(bytes=record.encode(), basename="record.txt", desc="The record as text")
    return bytes(page.output())
