"""Data keys made and wrapped by the studio's keys, and a few kept ready."""

import os
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe

from portal.cipher import MARK, CannotOpenError, decrypt, encrypt, new_key
from portal.clock import now
from portal.keystore import KeyStore, WrappedKey

ID_BYTES = 16
READY = 16
FRESH = timedelta(hours=1)


class Wrapper:
    """Wraps data keys under the first studio key, unwraps them under any."""

    def __init__(self, studio_keys: Mapping[str, bytes]) -> None:
        self._keys = dict(studio_keys)
        self.primary = next(iter(self._keys))

    @property
    def studio_key_ids(self) -> tuple[str, ...]:
        """Return the names of the studio keys at hand, first the one that wraps."""
        return tuple(self._keys)

    def made(self, name: str, key: bytes | None = None) -> WrappedKey:
        """Return a wrapped key with this name: `key`, or a fresh one."""
        return self._wrapped(WrappedKey(name, "", b"", now()), key or new_key())

    def unwrap(self, row: WrappedKey) -> bytes:
        """Return a kept key; raise CannotOpenError without the studio key that wraps it."""
        studio_key = self._keys.get(row.studio_key)
        if studio_key is None:
            raise CannotOpenError(f"The studio key {row.studio_key} is not in HEALTH_KEYS.")
        return decrypt(studio_key, row.studio_key, f"data_key.wrapped:{row.id}", row.wrapped)

    def rewrap(self, row: WrappedKey) -> WrappedKey | None:
        """Return the key wrapped under the first studio key, None when it cannot be unwrapped."""
        try:
            return self._wrapped(row, self.unwrap(row))
        except CannotOpenError:
            return None

    def _wrapped(self, row: WrappedKey, key: bytes) -> WrappedKey:
        place = f"data_key.wrapped:{row.id}"
        wrapped = encrypt(self._keys[self.primary], self.primary, place, key)
        return replace(row, studio_key=self.primary, wrapped=wrapped)


class Spares:
    """Keys on disk that are nobody's yet, so that a new person need not wait for the disk.

    Each is given out once, by the process that made it and within the hour; what is left over when
    the process ends is swept as unused.
    """

    def __init__(self, wrapper: Wrapper, store: KeyStore) -> None:
        self._wrapper, self._store = wrapper, store
        self._turn = threading.Lock()
        self._process, self._made_at = 0, datetime.min.replace(tzinfo=UTC)
        self._ready: dict[str, bytes] = {}

    def take(self, count: int) -> dict[str, bytes]:
        """Return that many fresh keys by their ids; each is on disk, wrapped."""
        with self._turn:
            if self._process != os.getpid() or now() - self._made_at > FRESH:
                self._ready = {}
            if len(self._ready) < count:
                self._make(count - len(self._ready) + READY - 1)
            names = [*self._ready][:count]
            return {name: self._ready.pop(name) for name in names}

    def _make(self, count: int) -> None:
        rows = [self._wrapper.made(MARK + token_urlsafe(ID_BYTES)) for _ in range(count)]
        self._store.add(rows)
        self._ready |= {row.id: self._wrapper.unwrap(row) for row in rows}
        self._process, self._made_at = os.getpid(), now()
