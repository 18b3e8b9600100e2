"""Letters as files hold them, word by word; UPDATE_GOLDEN=1 accepts a change: read it."""

import os
from pathlib import Path

from portal.mail.outbox import Letter


def written(letter: Letter, part: str) -> str:
    """Return a letter's subject and one of its bodies, `txt` or `html`."""
    body = letter.text if part == "txt" else letter.html
    return f"Subject: {letter.subject}\n\n{body}\n"


def kept(file: Path, text: str) -> str:
    """Return what the file holds, which is `text` once somebody has accepted it."""
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text)
    return file.read_text()
