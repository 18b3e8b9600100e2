"""Counting of attempts across threads, processes and, with Redis, machines."""

import logging
import os
import sqlite3
import threading
from contextlib import suppress
from datetime import datetime
from ipaddress import AddressValueError, IPv6Address, IPv6Network
from pathlib import Path

from limits import RateLimitItem
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

PATIENCE_SECONDS = 2.0
ONE_LINE = 64
"""Bits of an IPv6 address that a provider gives to one line; the others its holder picks freely."""
AWAY = "Redis does not answer: this machine counts by itself."

log = logging.getLogger("portal.limiter")


class Limiter:
    """Says whether one more attempt is allowed; counts it when it is asked.

    An IPv6 address counts as its line, so that nobody gets more turns by picking another one.

    Without Redis the counts live in a small SQLite file of their own beside the database, shared by
    every process of this machine and never waiting for the disk: losing them loses nothing. A Redis
    that does not answer is done without likewise: the desk signs in, and guesses still count.
    """

    def __init__(self, *, file: Path, redis_url: str | None) -> None:
        self._file = file
        self._threads = threading.local()
        self._redis = _shared(redis_url) if redis_url else None

    def allows(self, limit: RateLimitItem, *who: str, at: datetime) -> bool:
        """Count an attempt by `who` at `at` and say whether it is within `limit`."""
        whose = _lines(who)
        if self._redis is not None:
            try:
                return self._redis.hit(limit, *whose)
            except RedisError:
                log.warning(AWAY)
        return self._count(limit, whose, at) <= limit.amount

    def give_back(self, limit: RateLimitItem, *who: str, at: datetime) -> None:
        """Uncount one attempt: it was a right one."""
        whose = _lines(who)
        if self._redis is not None:
            try:
                self._redis.storage.incr(limit.key_for(*whose), limit.get_expiry(), amount=-1)
            except RedisError:
                log.warning(AWAY)
            else:
                return
        self._count(limit, whose, at, by=-1)

    def _count(
        self, limit: RateLimitItem, who: tuple[str, ...], at: datetime, *, by: int = 1
    ) -> int:
        window = int(at.timestamp()) // limit.get_expiry()
        with self._connection() as connection:
            connection.execute("DELETE FROM hit WHERE ends < ?", (int(at.timestamp()),))
            row = connection.execute(
                "INSERT INTO hit VALUES (?, ?, ?, ?)"
                " ON CONFLICT (who, time_window) DO UPDATE SET hits = hits + excluded.hits"
                " RETURNING hits",
                ("|".join(who), window, (window + 1) * limit.get_expiry(), by),
            ).fetchone()
        return int(row[0])

    def _connection(self) -> sqlite3.Connection:
        """Return the connection of this thread; a thread keeps its own for good."""
        if not hasattr(self._threads, "connection"):
            self._threads.connection = self._open()
        connection: sqlite3.Connection = self._threads.connection
        return connection

    def _open(self) -> sqlite3.Connection:
        with suppress(OSError):  # It holds addresses: readable by its owner only.
            os.close(os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(self._file, timeout=5)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS hit (who TEXT, time_window INTEGER, ends INTEGER,"
            " hits INTEGER, PRIMARY KEY (who, time_window))"
        )
        return connection


def _shared(url: str) -> FixedWindowRateLimiter:
    patience = {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
    return FixedWindowRateLimiter(storage_from_string(url, **patience))


def _lines(who: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_line(each) for each in who)


def _line(text: str) -> str:
    """Return the network of an IPv6 address, or the text as it is."""
    try:
        address = IPv6Address(text)
    except AddressValueError:
        return text
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), ONE_LINE), strict=False))
