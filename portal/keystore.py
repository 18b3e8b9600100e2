"""Where wrapped data keys are kept: a small database of their own, apart from everything sealed.

A row is one data key, wrapped by a studio key, and says nothing of whose it is: that stands in the
portal's own database (`portal.keyring`). Deleting it shreds whatever was sealed under it, wherever
copies of that lie. Keys are read anew for each transaction: one deleted by one process is gone for
the others with their next. A key is on disk before `add` returns, so that nothing can be committed
under a key that a power cut takes back.
"""

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from portal.orm import UtcDateTime
from portal.sqlite import keep_durable

AT_ONCE = 500
MAKING = 7_305_118
"""An arbitrary number: PostgreSQL's lock under which the tables are made."""

metadata = sa.MetaData()
KEYS = sa.Table(
    "data_key",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("studio_key", sa.String(80), nullable=False, index=True),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("unused_since", UtcDateTime),
)
ANCHORS = sa.Table(
    "anchor",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("mac", sa.String(64), nullable=False),
)


@dataclass(frozen=True)
class WrappedKey:
    """A data key as it is kept: unreadable without the studio key that it names."""

    id: str
    studio_key: str
    wrapped: bytes
    made_at: datetime


@dataclass(frozen=True)
class Anchor:
    """The signed end of a log, kept apart from the log."""

    number: int
    hash: str
    mac: str


FIELDS = (KEYS.c.id, KEYS.c.studio_key, KEYS.c.wrapped, KEYS.c.made_at)


class KeyStore:
    """The rows, on SQLite or PostgreSQL; the table is made when it is first needed."""

    def __init__(self, url: str) -> None:
        self._url = sa.make_url(url)
        self._engine = sa.create_engine(url, **_options(self._url))
        self._is_sqlite = self._engine.dialect.name == "sqlite"
        self._ready, self._making = False, threading.Lock()
        if self._is_sqlite:
            keep_durable(self._engine)

    def by_id(self, ids: Sequence[str]) -> list[WrappedKey]:
        """Return the keys with these ids that there are."""
        found: list[WrappedKey] = []
        for some in slices(ids):
            is_it = KEYS.c.id == some[0] if len(some) == 1 else KEYS.c.id.in_(some)
            found += self._found(sa.select(*FIELDS).where(is_it))
        return found

    def add(self, keys: Sequence[WrappedKey]) -> None:
        """Keep new keys, on disk when this returns; an id that is there keeps its key."""
        dialect = sqlite if self._is_sqlite else postgresql
        insert = dialect.insert(KEYS).on_conflict_do_nothing(index_elements=["id"])
        with self._write() as connection:
            for some in slices(keys):
                connection.execute(insert, [vars(key) for key in some])

    def forget(self, ids: Sequence[str]) -> int:
        """Delete these keys, also from the log that SQLite writes; return how many there were."""
        with self._write() as connection:
            gone = sum(
                connection.execute(sa.delete(KEYS).where(KEYS.c.id.in_(some))).rowcount
                for some in slices(ids)
            )
        if gone and self._is_sqlite:
            with closing(self._engine.raw_connection()) as raw:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return gone

    def page(self, *, after: str, other_than: str | None = None) -> list[WrappedKey]:
        """Return the next few keys in the order of their ids; `other_than` leaves out a wrapper."""
        wanted = sa.select(*FIELDS).where(KEYS.c.id > after).order_by(KEYS.c.id).limit(AT_ONCE)
        if other_than is not None:
            wanted = wanted.where(KEYS.c.studio_key != other_than)
        return self._found(wanted)

    def rewrap(self, changes: Sequence[tuple[WrappedKey, WrappedKey]]) -> None:
        """Put new wrappings in the place of the old ones, unless somebody else has meanwhile."""
        change = (
            sa.update(KEYS)
            .where(KEYS.c.id == sa.bindparam("of"), KEYS.c.wrapped == sa.bindparam("was"))
            .values(studio_key=sa.bindparam("kid"), wrapped=sa.bindparam("now"))
        )
        rows = [
            {"of": old.id, "was": old.wrapped, "kid": new.studio_key, "now": new.wrapped}
            for old, new in changes
        ]
        if rows:
            with self._write() as connection:
                connection.execute(change, rows)

    def counts(self) -> Mapping[str, int]:
        """Return how many keys each studio key wraps."""
        wanted = sa.select(KEYS.c.studio_key, sa.func.count()).group_by(KEYS.c.studio_key)
        with self._read() as connection:
            return {kid: count for kid, count in connection.execute(wanted)}  # noqa: C416

    def note_unused(self, ids: Sequence[str], *, at: datetime) -> None:
        """Note since when each of these is unused; whichever else was so is in use again."""
        known = sa.select(KEYS.c.id).where(KEYS.c.unused_since.is_not(None))
        with self._write() as connection:
            before = set(connection.scalars(known))
            for changed, since in ((before - {*ids}, None), ({*ids} - before, at)):
                for some in slices(sorted(changed)):
                    change = sa.update(KEYS).where(KEYS.c.id.in_(some))
                    connection.execute(change.values(unused_since=since))

    def unused_since(self, moment: datetime) -> list[str]:
        """Return the keys that have been unused since `moment` or longer."""
        wanted = sa.select(KEYS.c.id).where(KEYS.c.unused_since <= moment).order_by(KEYS.c.id)
        with self._read() as connection:
            return list(connection.scalars(wanted))

    def anchor(self, name: str) -> Anchor | None:
        """Return the signed end of a log, None when none was ever signed."""
        wanted = sa.select(ANCHORS.c.number, ANCHORS.c.hash, ANCHORS.c.mac)
        with self._read() as connection:
            row = connection.execute(wanted.where(ANCHORS.c.name == name)).one_or_none()
        return Anchor(*row) if row else None

    def set_anchor(self, name: str, end: Anchor) -> None:
        """Keep the signed end of a log, unless one further on is kept already."""
        dialect = sqlite if self._is_sqlite else postgresql
        insert = dialect.insert(ANCHORS)
        keep = insert.on_conflict_do_update(
            index_elements=["name"],
            set_={field: insert.excluded[field] for field in ("number", "hash", "mac")},
            where=ANCHORS.c.number < insert.excluded.number,
        )
        with self._write() as connection:
            connection.execute(keep, {"name": name, **asdict(end)})

    def drop_anchor(self, name: str) -> None:
        """Forget the signed end of a log."""
        with self._write() as connection:
            connection.execute(sa.delete(ANCHORS).where(ANCHORS.c.name == name))

    def close(self) -> None:
        """Close every connection; the next use opens new ones."""
        self._engine.dispose()

    def _found(self, wanted: sa.Select[Any]) -> list[WrappedKey]:
        with self._read() as connection:
            return [WrappedKey(*row) for row in connection.execute(wanted)]

    @contextmanager
    def _read(self) -> Iterator[sa.Connection]:
        self._make_table()
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _write(self) -> Iterator[sa.Connection]:
        """One transaction; SQLite's own statements, because its driver commits each by itself."""
        with self._read() as connection:
            if not self._is_sqlite:
                yield connection
                connection.commit()
                return
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise

    def _make_table(self) -> None:
        if self._ready:
            return
        with self._making:
            if self._is_sqlite and self._url.database:
                _touch(Path(self._url.database))
            with self._engine.begin() as connection:
                if not self._is_sqlite:
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MAKING)))
                metadata.create_all(connection)
            self._ready = True


def slices(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Return the values a few at a time: databases bound how much one statement may carry."""
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]


def _touch(file: Path) -> None:
    """Make the file readable by its owner only, before SQLite makes it for everybody."""
    file.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))


def _options(url: sa.URL) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        return {}
    timeouts = "-c statement_timeout=5000 -c lock_timeout=3000"
    return {
        "pool_pre_ping": True,
        "connect_args": {"connect_timeout": 3, "options": timeouts},
    }
