"""The extensions, bare, what an app carries with it, and the one way to write to the database."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from typing import cast

from flask import current_app
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import scoped_session

from portal.config import Settings
from portal.limiter import Limiter
from portal.orm import Base
from portal.smtp import StrictMail
from portal.sqlite import WRITE
from portal.vault import Vault

db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate()
mailer = StrictMail()

_one_writer = threading.Lock()


def settings() -> Settings:
    """Return the settings of the current app."""
    return cast("Settings", current_app.extensions["settings"])


def vault() -> Vault:
    """Return the vault of the current app; raise WrongSettingError when it has no keys."""
    settings().require_secrets()
    return cast("Vault", current_app.extensions["vault"])


def limiter() -> Limiter:
    """Return the counter of attempts of the current app."""
    return cast("Limiter", current_app.extensions["limiter"])


@contextmanager
def transaction() -> Iterator[scoped_session[Session]]:
    """Run one write: everything inside is committed together, or nothing is.

    What was read before ends here, so that rows are read again under the lock. SQLite has one
    writer: its lock is taken at the start, and threads of this process queue for it in turn instead
    of waking each other up. Data keys that are needed are read once and held until it ends. Usable
    as a decorator; not re-entrant.
    """
    session = db.session
    session.commit()
    with _one_writer if db.engine.dialect.name == "sqlite" else nullcontext(), _held_keys():
        try:
            session.connection(execution_options={WRITE: True})
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


def insert_into(table: type[Base]) -> postgresql.Insert:
    """Return an INSERT that can say what becomes of a row that stands already, on either database.

    SQLite and PostgreSQL have the same words for that, and SQLAlchemy a class for each.
    """
    is_postgres = db.engine.dialect.name == "postgresql"
    return cast("postgresql.Insert", (postgresql if is_postgres else sqlite).insert(table))


def wipe() -> None:
    """Take what was deleted out of SQLite's log too; the file itself overwrites what it deletes."""
    if db.engine.dialect.name == "sqlite":
        db.session.rollback()
        with closing(db.engine.raw_connection()) as raw:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _held_keys() -> AbstractContextManager[None]:
    """Return what holds data keys for a transaction; a command without secrets needs none."""
    kept: Vault | None = current_app.extensions.get("vault")
    return kept.holding() if kept else nullcontext()
