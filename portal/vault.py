"""Sealing of what is sensitive: each person's under a key of their own, which can be shredded.

To seal something that belongs to a person, name them by the reference of their lead, inside the
transaction that writes the row:

    row.column = vault().seal(row.place, text, person=lead.ref)
    text = vault().open(row.place, row.column)

Opening needs no name: the value names its key. Without `person` a value is sealed under the
studio's own data key, for what belongs to nobody in particular. Mail in the outbox that carries a
lead's `reference` is sealed for that person by itself. Say of a new sealed column how its place and
its person are found, with `info=sealed(...)` from `portal.orm`: sealing anew, `flask vault status`
and the canary tests learn of it there. Many people at once: `with vault().holding(refs): ...`.

A data key is wrapped by a studio key of HEALTH_KEYS, the first of which wraps; the wrapped keys lie
in a key store apart from the database. `vault().shred(ref)` deletes one for good: from then on
neither the person's rows nor any backup of the database open. No process keeps a key longer than
the transaction, or the block of `holding`, in which it was read. Delete the rows first, shred after
the commit; it does no harm twice, and finds the key as long as `person_key` has its row. Values of
older versions, sealed under a studio key itself, stay readable until the worker, or
`flask vault reseal`, has sealed them anew.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from portal.cipher import (
    MARK,
    CannotOpenError,
    decrypt,
    encrypt,
    from_text,
    make_keys,
    parse_keys,
    to_text,
)
from portal.keystore import KeyStore
from portal.wrapping import Spares, Wrapper

__all__ = ["CannotOpenError", "Vault", "make_keys", "parse_keys"]

HOUSE, FINGERPRINT = f"{MARK}studio", f"{MARK}fingerprint"
OURS = frozenset({HOUSE, FINGERPRINT})
"""The studio's own data keys, which belong to no person."""


class Register(Protocol):
    """Knows whose key is which."""

    def ids_of(self, people: Sequence[str]) -> Mapping[str, str]:
        """Return the key ids of these people, of those who have one."""

    def assign(self, keys: Mapping[str, str], *, instead_of: Mapping[str, str]) -> None:
        """Give each person a key, unless they have another than the one in `instead_of`."""


@dataclass
class Ring:
    """Unwrapped keys held for a while, by person and by id."""

    ids: dict[str, str] = field(default_factory=dict)
    keys: dict[str, bytes] = field(default_factory=dict)


class Vault:
    """Seals and opens text under data keys.

    `studio_keys` maps a key id to 32 raw bytes; the first entry is the one that wraps.
    """

    def __init__(
        self, studio_keys: Mapping[str, bytes], store: KeyStore, register: Register
    ) -> None:
        self.store, self.wrapper = store, Wrapper(studio_keys)
        self._studio_keys = dict(studio_keys)
        self._register = register
        self._spares = Spares(self.wrapper, store)
        self._ring: ContextVar[Ring | None] = ContextVar("ring", default=None)

    def seal(self, place: str, text: str, *, person: str | None = None) -> str:
        """Return `text` sealed for `place` under the key of `person`, made when there is none."""
        name, key = self._key_of(person) if person else (HOUSE, self._house_key)
        return to_text(name, encrypt(key, name, place, text.encode()))

    def open(self, place: str, sealed: str) -> str:
        """Return the text sealed for `place`; raise CannotOpenError for anything else."""
        name, raw = from_text(place, sealed)
        return decrypt(self._key_named(name, place), name, place, raw).decode()

    def fingerprint(self, text: str) -> str:
        """Return a keyed hash of `text`: equal texts agree, nobody without the key can guess."""
        return hmac.new(self._fingerprint_key, text.encode(), hashlib.sha256).hexdigest()

    def shred(self, *people: str) -> int:
        """Delete the keys of these people for good; return how many there were."""
        return self.store.forget([*self._register.ids_of(people).values()])

    @contextmanager
    def holding(self, people: Iterable[str] = (), *, ids: Iterable[str] = ()) -> Iterator[None]:
        """Hold every key that is needed until the block ends, and those of `people` from its start.

        Keys of many cost one look and, where they are new, one write. A key that another process
        shreds meanwhile lives on until the end: keep the block short.
        """
        ring = Ring()
        token = self._ring.set(ring)
        try:
            self._hold(ring, tuple(dict.fromkeys(people)), tuple(ids))
            yield
        finally:
            self._ring.reset(token)

    def rotate(self) -> tuple[int, int]:
        """Wrap every key anew under the first studio key; return how many, and how many cannot be.

        Only wrappings change, a few hundred to a transaction: web servers go on meanwhile, and
        whatever a kill leaves undone the next run does.
        """
        done = stuck = 0
        last = ""
        while rows := self.store.page(after=last, other_than=self.wrapper.primary):
            changes = [(row, anew) for row in rows if (anew := self.wrapper.rewrap(row))]
            self.store.rewrap(changes)
            done, stuck, last = done + len(changes), stuck + len(rows) - len(changes), rows[-1].id
        return done, stuck

    def _key_of(self, person: str) -> tuple[str, bytes]:
        ring = self._ring.get() or Ring()
        if person not in ring.ids:
            self._hold(ring, (person,), ())
        name = ring.ids[person]
        return name, ring.keys[name]

    def _hold(self, ring: Ring, people: Sequence[str], ids: Sequence[str]) -> None:
        """Put the keys of these people on the ring, made where there are none, and those named."""
        known = self._register.ids_of(people)
        self._fetch(ring, (*known.values(), *ids))
        lacking = [person for person in people if known.get(person) not in ring.keys]
        if lacking:
            made = self._spares.take(len(lacking))
            ring.keys |= made
            self._register.assign(dict(zip(lacking, made, strict=True)), instead_of=known)
            known = self._register.ids_of(people)
            self._fetch(ring, tuple(known.values()))
        ring.ids |= known

    def _fetch(self, ring: Ring, ids: Sequence[str]) -> None:
        absent = [name for name in ids if name not in ring.keys]
        for row in self.store.by_id(absent):
            ring.keys[row.id] = self.wrapper.unwrap(row)

    def _key_named(self, name: str, place: str) -> bytes:
        if not name.startswith(MARK):
            return self._studio_key(name, place)
        if name == HOUSE:
            return self._house_key
        ring = self._ring.get() or Ring()
        self._fetch(ring, (name,))
        if name not in ring.keys:
            raise CannotOpenError(f"The key of the sealed value at {place} was erased.")
        return ring.keys[name]

    def _studio_key(self, name: str, place: str) -> bytes:
        if name not in self._studio_keys:
            raise CannotOpenError(f"The key of the sealed value at {place} is not in HEALTH_KEYS.")
        return self._studio_keys[name]

    @cached_property
    def _house_key(self) -> bytes:
        return self._own(HOUSE, None)

    @cached_property
    def _fingerprint_key(self) -> bytes:
        """Return the key of fingerprints, which outlives the studio key that it began with."""
        first = self._studio_keys[self.wrapper.primary]
        return self._own(FINGERPRINT, hashlib.sha256(b"fingerprint" + first).digest())

    def _own(self, name: str, key: bytes | None) -> bytes:
        """Return one of the studio's own data keys, made when it is first asked for."""
        if not self.store.by_id([name]):
            self.store.add([self.wrapper.made(name, key)])
        (row,) = self.store.by_id([name])
        return self.wrapper.unwrap(row)
