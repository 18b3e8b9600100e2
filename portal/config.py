"""Every setting of the portal, read once from the environment and refused in words when wrong."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from click import ClickException
from limits import RateLimitItem

from portal import values
from portal.cipher import parse_keys
from portal.hours import OpeningHours

ROOT = Path(__file__).resolve().parent.parent
USUAL_HOURS = "mon-sun 06:00-21:00"
SECRET = frozenset({"HEALTH_KEYS", "DATABASE_URL", "KEY_STORE_URL", "REDIS_URL"})


class WrongSettingError(ClickException):
    """A setting is missing or unreadable; the message names it and gives the cure.

    A command says so in one line, as it says everything that it refuses.
    """


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

    def make_places(self) -> None:
        """Make the instance; raise WrongSettingError where it or the ledger cannot be kept.

        A ledger that cannot be written would stop the first erasure, long after the start.
        """
        try:
            self.instance.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WrongSettingError(
                f"INSTANCE_PATH={str(self.instance)!r}: {error.strerror}"
            ) from error
        if self.erasure_ledger.is_dir() or not self.erasure_ledger.parent.is_dir():
            raise WrongSettingError(
                f"ERASURE_LEDGER={str(self.erasure_ledger)!r}: "
                "give a file in a folder that is there"
            )


def read(environ: Mapping[str, str]) -> Settings:
    """Return the settings of `environ`, completed by the instance's own secrets file."""
    instance = Path(environ.get("INSTANCE_PATH") or ROOT / "instance").resolve()
    env = {**read_secrets(instance), **{name: text for name, text in environ.items() if text}}
    address = f"http://127.0.0.1:{env.get('PORT', '8000')}"
    database = f"sqlite:///{instance / 'portal.sqlite'}"
    return Settings(
        instance=instance,
        public_url=_read(env, "PUBLIC_URL", values.address, address),
        database_url=_read(env, "DATABASE_URL", values.database, database),
        key_store_url=_key_store_url(env, instance, database),
        secret_key=env.get("SECRET_KEY"),
        health_keys=_read(env, "HEALTH_KEYS", parse_keys),
        redis_url=_read(env, "REDIS_URL", values.redis),
        lead_rate_limit=_read(env, "LEAD_RATE_LIMIT", values.limit, "60 per 10 minutes"),
        sign_in_rate_limit=_read(env, "SIGN_IN_RATE_LIMIT", values.limit, "10 per 15 minutes"),
        privacy_rate_limit=_read(env, "PRIVACY_RATE_LIMIT", values.limit, "20 per 1 hour"),
        chat_rate_limit=_read(env, "CHAT_RATE_LIMIT", values.limit, "30 per 10 minutes"),
        lead_minimum_seconds=_read(env, "LEAD_MINIMUM_SECONDS", values.seconds, "2"),
        staff_idle_minutes=_read(env, "STAFF_IDLE_MINUTES", values.MINUTES, "60"),
        studio=_studio(env),
        waiver_file=Path(env["STUDIO_WAIVER"]) if "STUDIO_WAIVER" in env else None,
        clocks=_clocks(env),
        retention=_retention(env),
        erasure_ledger=Path(env.get("ERASURE_LEDGER") or instance / "erasures.txt"),
        mail=_mail(env),
        demo=env.get("PORTAL_DEMO", "") == "1",
        trusted_hosts=_read(env, "TRUSTED_HOSTS", values.hosts, ""),
        embed_hosts=_read(env, "EMBED_HOSTS", values.origins, ""),
        proxy_hops=_read(env, "PROXY_HOPS", values.HOPS, "0"),
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
    zone = _read(env, "STUDIO_TIMEZONE", values.zone, "America/Chicago")
    return Studio(
        name=env.get("STUDIO_NAME", "Trueline"),
        address=env.get("STUDIO_ADDRESS", "418 Wharf Street"),
        phone=env.get("STUDIO_PHONE", "555-010-0142"),
        email=_read(env, "STUDIO_EMAIL", values.mailbox, "hello@studio.example"),
        region=_read(env, "STUDIO_REGION", values.region, "US"),
        zone=zone,
        hours=_read(env, "STUDIO_HOURS", partial(OpeningHours.parse, zone=zone), USUAL_HOURS),
        emergency=env.get("STUDIO_EMERGENCY", "911"),
        advice=env.get("STUDIO_ADVICE", "your doctor or an urgent care clinic"),
    )


def _clocks(env: Mapping[str, str]) -> Clocks:
    return Clocks(
        emergency_minutes=_read(env, "CLOCK_EMERGENCY_MINUTES", values.MINUTES, "5"),
        urgent_minutes=_read(env, "CLOCK_URGENT_MINUTES", values.MINUTES, "15"),
        refer_by=_read(env, "CLOCK_REFER_BY", values.wall_time, "17:00"),
        return_after_minutes=_read(env, "CLOCK_RETURN_AFTER_MINUTES", values.MINUTES, "120"),
        chat_minutes=_read(env, "CLOCK_CHAT_MINUTES", values.MINUTES, "5"),
    )


def _retention(env: Mapping[str, str]) -> Retention:
    named = {field_: line.split("=") for field_, line in RETENTION.items()}
    days = {
        field_: _read(env, name, values.DAYS, default) for field_, (name, default) in named.items()
    }
    return Retention(**days)


def _mail(env: Mapping[str, str]) -> dict[str, Any]:
    """Return Flask-Mail's own settings; MAIL_SERVER empty means that nothing is sent."""
    sender = _read(env, "MAIL_DEFAULT_SENDER", values.mailbox, "desk@studio.example")
    return {
        "MAIL_SERVER": env.get("MAIL_SERVER", ""),
        "MAIL_PORT": _read(env, "MAIL_PORT", values.PORT, "25"),
        "MAIL_USE_TLS": _read(env, "MAIL_USE_TLS", values.switch, "false"),
        "MAIL_USE_SSL": _read(env, "MAIL_USE_SSL", values.switch, "false"),
        "MAIL_USERNAME": env.get("MAIL_USERNAME"),
        "MAIL_PASSWORD": env.get("MAIL_PASSWORD"),
        "MAIL_DEFAULT_SENDER": sender,
        "MAIL_SUPPRESS_SEND": False,
    }


def _key_store_url(env: Mapping[str, str], instance: Path, database: str) -> str:
    beside = f"sqlite:///{instance / 'keys.sqlite'}"
    url: str = _read(env, "KEY_STORE_URL", values.database, beside)
    if url == _read(env, "DATABASE_URL", values.database, database):
        raise WrongSettingError(
            "KEY_STORE_URL names the database itself: keys kept beside what they seal cannot be "
            "shredded, because a backup holds both. Name another file or database."
        )
    return url


def _read(
    env: Mapping[str, str], name: str, reader: Callable[[str], Any], default: str | None = None
) -> Any:
    """Return a setting as its reader reads it; what may hold a secret is refused unquoted."""
    text = env.get(name, default)
    if text is None:
        return None
    try:
        return reader(text)
    except ValueError as error:
        shown = name if name in SECRET else f"{name}={text!r}"
        raise WrongSettingError(f"{shown}: {error}") from error


def read_number(env: Mapping[str, str], name: str, *, default: str) -> int:
    """Return how many processes or threads the web server has: a setting that it reads itself."""
    return int(_read(env, name, values.WORKERS, default))


def from_environment() -> Settings:
    """Return the settings of this process."""
    return read(os.environ)
