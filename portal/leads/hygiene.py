"""What people type, made fit to keep, to show and to search."""

import re
import unicodedata

JOINERS = frozenset("\u200c\u200d")
UNWANTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
SPACES = re.compile(r"\s+")
BLANKS = re.compile(r"\n{3,}")
ADDRESS = r"(?:https?://|www\.)[^\s<>\]]*"
SITE = r"\b[\w-]+\.(?:com|net|org|info|biz|ru|cn|xyz|top|shop)\b"
LINK = re.compile(rf"{ADDRESS}|{SITE}", re.IGNORECASE)
"""What leads elsewhere, well enough to count it; it decides about nothing else."""
FEW_LINKS = 1
UNDECOMPOSED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"}
)


def one_line(text: str) -> str:
    """Return `text` composed (NFC), on one line, without what cannot be seen.

    Joiners stay: Persian and Indic names need them. Marks that turn the direction of writing go:
    they would reorder what stands beside the name.
    """
    if text.isascii() and text.isprintable():
        return SPACES.sub(" ", text).strip()
    seen = (sign for sign in unicodedata.normalize("NFC", text) if _is_seen(sign))
    return SPACES.sub(" ", "".join(seen)).strip()


def several_lines(text: str) -> str:
    """Return `text` cleaned line by line; where lines were left empty, one stays so."""
    lines = [one_line(line) for line in text.splitlines()]
    return BLANKS.sub("\n\n", "\n".join(lines)).strip()


def leads_elsewhere(text: str, *, name: str) -> bool:
    """Say whether there are more links in a text than people send, or one in the name."""
    return len(LINK.findall(text)) > FEW_LINKS or LINK.search(name) is not None


def _is_seen(sign: str) -> bool:
    return sign.isspace() or sign in JOINERS or unicodedata.category(sign) not in UNWANTED


def fold(text: str) -> str:
    """Return `text` as searches compare it: lower case, without accents."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(s for s in plain if not unicodedata.combining(s)).translate(UNDECOMPOSED)
