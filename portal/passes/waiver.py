"""The waiver's text, by version, and what tells one signed text from another.

A studio names its own file in STUDIO_WAIVER; without one, ours holds.
"""

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.config import WrongSettingError
from portal.extensions import settings

FILE = Path(__file__).with_name("waiver.toml")
WHO = {
    "self": "I am 18 or over and I sign for myself",
    "guardian": "I am a parent or guardian and I sign for them",
}


@dataclass(frozen=True)
class Waiver:
    """One version of the waiver, as it is shown to one person."""

    version: str
    title: str
    paragraphs: tuple[str, ...]
    agree: str
    guardian: str

    def text(self, *, under_18: bool, by_guardian: bool) -> str:
        """Return exactly what is read and agreed to on the page, as it is kept.

        Only an adult's page asks who signs; a minor's has one box, in a guardian's words.
        """
        who = WHO["guardian" if by_guardian else "self"]
        agreed = (self.guardian,) if under_18 else (who, self.agree)
        return "\n\n".join((self.title, *self.paragraphs, *agreed)) + "\n"


def current(*, studio: str, name: str) -> Waiver:
    """Return the version to sign today, in the words that this person reads."""
    return _shown(_versions()[-1], studio=studio, name=name)


def current_version() -> str:
    """Return the name of the version to sign today."""
    return _versions()[-1].version


def check(file: Path | None) -> None:
    """Raise WrongSettingError when a studio's own file of waivers cannot be used."""
    try:
        _kept(file or FILE)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise WrongSettingError(f"STUDIO_WAIVER={str(file)!r}: {error!r}") from error


def sha256(text: str | bytes) -> str:
    """Return the SHA-256 of a text or a document, in hexadecimal."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def read(toml: str) -> Sequence[Waiver]:
    """Return every version in a waiver file; raise ValueError when it has none or one twice."""
    found = [
        Waiver(
            version=each["version"],
            title=each["title"],
            paragraphs=tuple(each["paragraphs"]),
            agree=each["agree"],
            guardian=each["guardian"],
        )
        for each in tomllib.loads(toml).get("waiver", ())
    ]
    if not found or len({each.version for each in found}) < len(found):
        raise ValueError("waiver.toml needs at least one version, and each version once.")
    return found


def _shown(waiver: Waiver, *, studio: str, name: str) -> Waiver:
    return Waiver(
        version=waiver.version,
        title=waiver.title,
        paragraphs=tuple(
            text.replace("{studio}", studio).replace("{name}", name) for text in waiver.paragraphs
        ),
        agree=waiver.agree,
        guardian=waiver.guardian.replace("{name}", name),
    )


def _versions() -> Sequence[Waiver]:
    return _kept(settings().waiver_file or FILE)


@cache
def _kept(file: Path) -> Sequence[Waiver]:
    return read(file.read_text(encoding="utf-8"))
