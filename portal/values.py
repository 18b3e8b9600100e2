"""How a setting is read: each reader returns its value or raises ValueError with a cure."""

import re
from collections.abc import Callable
from datetime import time
from email.utils import parseaddr
from math import isfinite
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from limits import RateLimitItem, parse
from phonenumbers import SUPPORTED_REGIONS
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:(\d{1,5}|\*))?")
HOST = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?|\[[0-9a-f:]+\](:\d{1,5})?")
SWITCH = {"1": True, "true": True, "yes": True, "on": True}
SWITCH |= {"0": False, "false": False, "no": False, "off": False}
LONGEST_WAIT_SECONDS = 3600


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return a reader of whole numbers within these bounds."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
            raise ValueError(f"give a whole number from {least} to {most}")
        return int(text)

    return read


DAYS = whole(0, 36_500)
MINUTES = whole(1, 10_080)
PORT = whole(1, 65_535)
HOPS = whole(0, 10)
WORKERS = whole(1, 256)


def seconds(text: str) -> float:
    """Return a wait in seconds; half a second is one, too."""
    found = float(text)
    if not (isfinite(found) and 0 <= found <= LONGEST_WAIT_SECONDS):
        raise ValueError(f"give seconds from 0 to {LONGEST_WAIT_SECONDS}")
    return found


def switch(text: str) -> bool:
    """Return yes or no; what is neither is refused, lest mail goes unencrypted for a typo."""
    if text.lower() not in SWITCH:
        raise ValueError("write true or false")
    return SWITCH[text.lower()]


def limit(text: str) -> RateLimitItem:
    """Return how many in what time, at least one of them: nobody could ever ask otherwise."""
    found = parse(text)
    if not found.amount:
        raise ValueError("nobody could ever ask: give at least 1")
    return found


def wall_time(text: str) -> time:
    """Return a time of day, which is in the studio's zone and names none itself."""
    found = time.fromisoformat(text)
    if found.tzinfo:
        raise ValueError("give a time of day without a zone, such as 17:00")
    return found


def zone(name: str) -> ZoneInfo:
    """Return a time zone by its name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("that is not an IANA time zone such as Europe/London") from error


def region(text: str) -> str:
    """Return a country in whose way phone numbers are read."""
    if text.upper() not in SUPPORTED_REGIONS:
        raise ValueError("give the two letters of a country, such as US or GB")
    return text.upper()


def mailbox(text: str) -> str:
    """Return an address that mail can go to or come from, with or without a name before it."""
    name, _, host = parseaddr(text)[1].rpartition("@")
    if not name or not host or "@" in name:
        raise ValueError("give an e-mail address")
    return text


def address(text: str) -> str:
    """Return our own address: scheme and host, for every path in a mail starts at the root."""
    text = text.rstrip("/")
    found = urlsplit(text)
    bare = found.scheme in {"http", "https"} and found.hostname
    if not bare or text != f"{found.scheme}://{found.netloc}" or " " in text:
        raise ValueError("give scheme and host alone, such as https://portal.studio.example")
    return text


def database(text: str) -> str:
    """Return the address of a database for the drivers that we ship."""
    found = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", text)
    try:
        known = make_url(found).drivername in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}
    except (ArgumentError, ValueError):
        known = False
    if not known:
        raise ValueError("give postgresql://user:password@host/name or sqlite:////path/to/file")
    return found


def redis(text: str) -> str:
    """Return the address of a Redis."""
    if not urlsplit(text).scheme.startswith("redis"):
        raise ValueError("give an address such as redis://127.0.0.1:6379/0")
    return text


def hosts(text: str) -> tuple[str, ...]:
    """Return the names that we answer to."""
    return _all_are(HOST, text, "a host name such as portal.studio.example")


def origins(text: str) -> tuple[str, ...]:
    """Return the sites that may show our forms; a policy takes nothing that is no origin."""
    return _all_are(ORIGIN, text, "an origin such as https://www.studio.example")


def _all_are(shape: re.Pattern[str], text: str, kind: str) -> tuple[str, ...]:
    found = tuple(filter(None, (part.strip() for part in text.split(","))))
    for each in found:
        if not shape.fullmatch(each):
            raise ValueError(f"{each!r} is not {kind}")
    return found
