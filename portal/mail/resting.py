"""What the worker asks before it sends: may this message still go out? Later steps answer."""

from collections.abc import Callable
from typing import Protocol

from flask import Flask, current_app

ASKED = "mail_rests"


class Addressed(Protocol):
    """A message as far as the question goes: what it is, about whom, and to whom."""

    @property
    def uid(self) -> str:
        """Return what makes it exist once."""

    @property
    def kind(self) -> str:
        """Return what it is."""

    @property
    def reference(self) -> str | None:
        """Return the reference of the lead it is about."""

    @property
    def recipient(self) -> str:
        """Return whom it is for."""


Rests = Callable[[Addressed], bool]


def ask(app: Flask, rests: Rests) -> None:
    """Let `rests` keep messages at home."""
    app.extensions.setdefault(ASKED, []).append(rests)


def stays_home(mail: Addressed) -> bool:
    """Say whether somebody's consent to this message is gone."""
    asked: list[Rests] = current_app.extensions.get(ASKED, [])
    return any(rests(mail) for rests in asked)
