"""Every setting of the portal, read once from the environment and refused in words when wrong."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from limits import RateLimitItem, parse

from portal.cipher import parse_keys
from portal.hours import OpeningHours

ROOT = Path(__file__).resolve().parent.parent
ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:(\d{1,5}|\*))?")


class WrongSettingError(Exception):
    """A setting is missing or unreadable; the message names it and gives the cure."""


@dataclass(frozen=True)
class Studio:
    """The studio's own facts, as its visitors read them."""

    name: str
    address: str
    phone: str
    email: str
    region: str
    zone: ZoneInfo
    hours: OpeningHours
    emergency: str
    advice: str


@dataclass(frozen=True)
class Clocks:
    """How soon somebody answers, in opening minutes or as a wall time in the studio's zone."""

    emergency_minutes: int
    urgent_minutes: int
    refer_by: time
    return_after_minutes: int
    chat_minutes: int


@dataclass(frozen=True)
class Retention:
    """How many days each class of data is kept, and after what; see `portal.privacy.retention`."""

    health_days: int
    withdrawn_days: int
    lead_days: int
    client_days: int
    held_days: int
    mail_days: int
    complaint_days: int
    chat_days: int
    kept_waiver_days: int


RETENTION = {
    "health_days": "RETAIN_HEALTH_DAYS=90",
    "withdrawn_days": "RETAIN_WITHDRAWN_DAYS=30",
    "lead_days": "RETAIN_LEAD_DAYS=540",
    "client_days": "RETAIN_CLIENT_DAYS=1095",
    "held_days": "RETAIN_HELD_DAYS=30",
    "mail_days": "RETAIN_MAIL_DAYS=180",
    "complaint_days": "RETAIN_COMPLAINT_DAYS=365",
    "chat_days": "RETAIN_CHAT_DAYS=90",
    "kept_waiver_days": "KEEP_WAIVER_DAYS=0",
}
"""Each class with its setting and its default."""


@dataclass(frozen=True)
class Settings:
    """All settings. `secret_key` and `health_keys` are None only for commands that need neither."""

    instance: Path
    public_url: str
    database_url: str
    key_store_url: str
    secret_key: str | None
    health_keys: Mapping[str, bytes] | None
    redis_url: str | None
    lead_rate_limit: RateLimitItem
    sign_in_rate_limit: RateLimitItem
    privacy_rate_limit: RateLimitItem
    chat_rate_limit: RateLimitItem
    lead_minimum_seconds: float
    staff_idle_minutes: int
    studio: Studio
    waiver_file: Path | None
    clocks: Clocks
    retention: Retention
    erasure_ledger: Path
    mail: Mapping[str, Any]
    demo: bool
    trusted_hosts: tuple[str, ...]
    embed_hosts: tuple[str, ...]
    proxy_hops: int
    raw: Mapping[str, str] = field(repr=False, default_factory=dict)

    @property
    def mail_is_configured(self) -> bool:
        """Say whether a mail server is named; without one the outbox keeps everything."""
        return bool(self.mail["MAIL_SERVER"])

    @property
    def secure_cookies(self) -> bool:
        """Say whether visitors come over TLS, so that cookies may insist on it."""
        return self.public_url.startswith("https://")

    def require_secrets(self) -> None:
        """Raise WrongSettingError unless the keys that guard people's data are set."""
        absent = [
            name
            for name, value in (("SECRET_KEY", self.secret_key), ("HEALTH_KEYS", self.health_keys))
            if not value
        ]
        if absent:
            raise WrongSettingError(
                f"{' and '.join(absent)} not set. Set them in the environment "
                "(`flask --app wsgi new-secrets` prints a pair), or use `make run`."
            )


def read(environ: Mapping[str, str]) -> Settings:
    """Return the settings of `environ`, completed by the instance's own secrets file."""
    instance = Path(environ.get("INSTANCE_PATH") or ROOT / "instance").resolve()
    env = {**read_secrets(instance), **{name: text for name, text in environ.items() if text}}
    keys = env.get("HEALTH_KEYS")
    return Settings(
        instance=instance,
        public_url=env.get("PUBLIC_URL", f"http://127.0.0.1:{env.get('PORT', '8000')}").rstrip("/"),
        database_url=_database_url(env, "DATABASE_URL", instance / "portal.sqlite"),
        key_store_url=_key_store_url(env, instance),
        secret_key=env.get("SECRET_KEY"),
        health_keys=_checked("HEALTH_KEYS", parse_keys, keys) if keys else None,
        redis_url=env.get("REDIS_URL"),
        lead_rate_limit=_checked(
            "LEAD_RATE_LIMIT", parse, env.get("LEAD_RATE_LIMIT", "60 per 10 minutes")
        ),
        sign_in_rate_limit=_checked(
            "SIGN_IN_RATE_LIMIT", parse, env.get("SIGN_IN_RATE_LIMIT", "10 per 15 minutes")
        ),
        privacy_rate_limit=_checked(
            "PRIVACY_RATE_LIMIT", parse, env.get("PRIVACY_RATE_LIMIT", "20 per 1 hour")
        ),
        chat_rate_limit=_checked(
            "CHAT_RATE_LIMIT", parse, env.get("CHAT_RATE_LIMIT", "30 per 10 minutes")
        ),
        lead_minimum_seconds=_checked(
            "LEAD_MINIMUM_SECONDS", float, env.get("LEAD_MINIMUM_SECONDS", "2")
        ),
        staff_idle_minutes=_checked("STAFF_IDLE_MINUTES", int, env.get("STAFF_IDLE_MINUTES", "60")),
        studio=_studio(env),
        waiver_file=Path(env["STUDIO_WAIVER"]) if "STUDIO_WAIVER" in env else None,
        clocks=_clocks(env),
        retention=_retention(env),
        erasure_ledger=Path(env.get("ERASURE_LEDGER") or instance / "erasures.txt"),
        mail=_mail(env),
        demo=env.get("PORTAL_DEMO", "") == "1",
        trusted_hosts=tuple(filter(None, env.get("TRUSTED_HOSTS", "").split(","))),
        embed_hosts=_checked("EMBED_HOSTS", _origins, env.get("EMBED_HOSTS", "")),
        proxy_hops=_checked("PROXY_HOPS", int, env.get("PROXY_HOPS", "0")),
        raw=env,
    )


def secrets_file(instance: Path) -> Path:
    """Return the file in which `make run` keeps the secrets that it made."""
    return instance / "secrets.env"


def read_secrets(instance: Path) -> dict[str, str]:
    """Return the pairs of the instance's secrets file, empty when there is none."""
    file = secrets_file(instance)
    if not file.exists():
        return {}
    lines = (line.partition("=") for line in file.read_text().splitlines())
    return {name: text for name, equals, text in lines if equals}


def _studio(env: Mapping[str, str]) -> Studio:
    zone = _checked("STUDIO_TIMEZONE", _zone, env.get("STUDIO_TIMEZONE", "America/Chicago"))
    hours = env.get("STUDIO_HOURS", "mon-sun 06:00-21:00")
    return Studio(
        name=env.get("STUDIO_NAME", "Trueline"),
        address=env.get("STUDIO_ADDRESS", "418 Wharf Street"),
        phone=env.get("STUDIO_PHONE", "555-010-0142"),
        email=env.get("STUDIO_EMAIL", "hello@studio.example"),
        region=env.get("STUDIO_REGION", "US"),
        zone=zone,
        hours=_checked("STUDIO_HOURS", lambda text: OpeningHours.parse(text, zone=zone), hours),
        emergency=env.get("STUDIO_EMERGENCY", "911"),
        advice=env.get("STUDIO_ADVICE", "your doctor or an urgent care clinic"),
    )


def _clocks(env: Mapping[str, str]) -> Clocks:
    return Clocks(
        emergency_minutes=_checked(
            "CLOCK_EMERGENCY_MINUTES", int, env.get("CLOCK_EMERGENCY_MINUTES", "5")
        ),
        urgent_minutes=_checked("CLOCK_URGENT_MINUTES", int, env.get("CLOCK_URGENT_MINUTES", "15")),
        refer_by=_checked("CLOCK_REFER_BY", time.fromisoformat, env.get("CLOCK_REFER_BY", "17:00")),
        return_after_minutes=_checked(
            "CLOCK_RETURN_AFTER_MINUTES", int, env.get("CLOCK_RETURN_AFTER_MINUTES", "120")
        ),
        chat_minutes=_checked("CLOCK_CHAT_MINUTES", int, env.get("CLOCK_CHAT_MINUTES", "5")),
    )


def _retention(env: Mapping[str, str]) -> Retention:
    named = {field_: line.split("=") for field_, line in RETENTION.items()}
    days = {
        field_: _checked(name, _days, env.get(name, default))
        for field_, (name, default) in named.items()
    }
    return Retention(**days)


def _days(text: str) -> int:
    days = int(text)
    if days < 0:
        raise ValueError("give a number of days, 0 or more")
    return days


def _mail(env: Mapping[str, str]) -> dict[str, Any]:
    """Return Flask-Mail's own settings; MAIL_SERVER empty means that nothing is sent."""
    return {
        "MAIL_SERVER": env.get("MAIL_SERVER", ""),
        "MAIL_PORT": _checked("MAIL_PORT", int, env.get("MAIL_PORT", "25")),
        "MAIL_USE_TLS": env.get("MAIL_USE_TLS", "") in {"1", "true"},
        "MAIL_USE_SSL": env.get("MAIL_USE_SSL", "") in {"1", "true"},
        "MAIL_USERNAME": env.get("MAIL_USERNAME"),
        "MAIL_PASSWORD": env.get("MAIL_PASSWORD"),
        "MAIL_DEFAULT_SENDER": env.get("MAIL_DEFAULT_SENDER", "desk@studio.example"),
        "MAIL_SUPPRESS_SEND": False,
    }


def _database_url(env: Mapping[str, str], name: str, default: Path) -> str:
    url = env.get(name, f"sqlite:///{default}")
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url


def _origins(text: str) -> tuple[str, ...]:
    """Return the sites that may show our forms; a policy takes nothing that is no origin."""
    found = tuple(filter(None, (part.strip() for part in text.split(","))))
    for origin in found:
        if not ORIGIN.fullmatch(origin):
            raise ValueError(f"{origin!r} is not an origin such as https://www.studio.example")
    return found


def _key_store_url(env: Mapping[str, str], instance: Path) -> str:
    url = _database_url(env, "KEY_STORE_URL", instance / "keys.sqlite")
    if url == _database_url(env, "DATABASE_URL", instance / "portal.sqlite"):
        raise WrongSettingError(
            "KEY_STORE_URL names the database itself: keys kept beside what they seal cannot be "
            "shredded, because a backup holds both. Name another file or database."
        )
    return url


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone such as Europe/London") from error


def _checked(name: str, reader: Any, text: str) -> Any:
    try:
        return reader(text)
    except ValueError as error:
        raise WrongSettingError(f"{name}={text!r}: {error}") from error


def from_environment() -> Settings:
    """Return the settings of this process."""
    return read(os.environ)
