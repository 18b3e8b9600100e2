"""Opens a form with what its person has told elsewhere: the address names it, never holds it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Flask, current_app, request

SOURCES = "prefill_sources"


@dataclass(frozen=True)
class Known:
    """What is filled in, each part if it is known."""

    name: str = ""
    email: str = ""
    phone: str = ""


Source = Callable[[str], Known | None]


def offer(app: Flask, name: str, source: Source) -> None:
    """Let `source` say what the reference in the query parameter `name` stands for."""
    app.extensions.setdefault(SOURCES, {})[name] = source


def references() -> dict[str, str]:
    """Return what this request's address refers to, for a page on the way to a form."""
    return {name: request.args[name] for name in _sources() if request.args.get(name)}


def known() -> Known | None:
    """Return what this request's address refers to, None for nothing or for a dead reference."""
    name, reference = next(iter(references().items()), ("", ""))
    return _sources()[name](reference) if name else None


def _sources() -> Mapping[str, Source]:
    sources: Mapping[str, Source] = current_app.extensions.get(SOURCES, {})
    return sources
