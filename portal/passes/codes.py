"""The code of a pass: short, read out without a doubt, and found again however it is typed."""

import re
import secrets

PREFIX = "TL-"
SIGNS = "2346789FHJKMQRWXY"
"""No two of them look alike or rhyme: no 0 O 1 I L, no B 8, no 5 S, and of M and N only M."""

LINK = re.compile(r"(?:^|/pass/)([A-Za-z0-9_-]{22})(?=$|[/?#\s])")
CODE = re.compile(r"(?:TL)?([A-Z0-9]{4,9})")


def new_code(length: int) -> str:
    """Return a random code such as `TL-9F2K`."""
    return PREFIX + "".join(secrets.choice(SIGNS) for _ in range(length))


def spoken(code: str) -> str:
    """Return a code as it is said, sign by sign: `T L 9 F 2 K`."""
    return " ".join(sign for sign in code if sign.isalnum())


def read_code(typed: str) -> str | None:
    """Return the code that was typed or scanned, whatever its case, spaces and dashes."""
    plain = re.sub(r"[\W_]", "", typed).upper()
    found = CODE.fullmatch(plain)
    return PREFIX + found[1] if found else None


def read_link(typed: str) -> str | None:
    """Return the secret of the pass whose link, or any page of it, was scanned, else None."""
    found = LINK.search(typed.strip())
    return found[1] if found else None
