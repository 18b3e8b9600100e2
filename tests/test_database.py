"""The database keeps its word: durable on SQLite, one writer at a time, all or nothing."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from limits import parse

from portal.extensions import db, limiter, transaction
from portal.mail.models import MailPause
from portal.orm import Base, UtcDateTime
from portal.sqlite import prepare

MOMENT = datetime(2026, 11, 22, 18, tzinfo=UTC)


def pauses() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(MailPause)) or 0


def test_sqlite_is_durable_and_strict_on_every_connection(app):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("pragmas are SQLite's")
    with db.engine.connect() as one, db.engine.connect() as two:
        for connection in (one, two):
            facts = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            ]
            assert facts == ["wal", 2, 1, 1]


def test_new_files_are_for_their_owner_only(app, tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path}/new.sqlite")
    prepare(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE one (id INTEGER)")
        log = tmp_path / "new.sqlite-wal"
        limiter().allows(parse("1 per 1 hour"), "robin@example.com", at=MOMENT)
        counts = Path(app.instance_path) / "limits.sqlite"
        files = (tmp_path / "new.sqlite", log, counts)
        assert [file.stat().st_mode & 0o777 for file in files] == [0o600] * 3
    engine.dispose()


def test_transaction_commits_at_its_end(app):
    with transaction() as session:
        session.add(MailPause(since=MOMENT, because="test"))
    db.session.rollback()
    assert pauses() == 1


def test_transaction_that_fails_leaves_nothing(app):
    @transaction()
    def write_and_fail() -> None:
        db.session.add(MailPause(since=MOMENT, because="test"))
        db.session.flush()
        raise LookupError

    with pytest.raises(LookupError):
        write_and_fail()
    assert pauses() == 0


def test_writers_in_threads_wait_for_each_other(app):
    def write() -> None:
        with app.app_context(), transaction() as session:
            seen = pauses()
            session.add(MailPause(since=MOMENT, because=str(seen)))

    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no single writer")
    threads = [threading.Thread(target=write) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reasons = db.session.scalars(sa.select(MailPause.because).order_by(MailPause.id)).all()
    assert reasons == [str(number) for number in range(16)]


def test_times_come_back_aware_in_utc(app):
    with transaction() as session:
        session.add(MailPause(since=MOMENT, because="test"))
    assert db.session.scalars(sa.select(MailPause.since)).one() == MOMENT
    assert db.session.scalars(sa.select(MailPause.since)).one().tzinfo is UTC


def test_naive_times_are_refused():
    with pytest.raises(ValueError, match="naive"):
        UtcDateTime().process_bind_param(MOMENT.replace(tzinfo=None), None)


def test_every_constraint_has_a_name():
    for table in Base.metadata.sorted_tables:
        for constraint in table.constraints:
            assert constraint.name, f"{table.name} has a nameless {type(constraint).__name__}"


def test_an_error_of_the_database_names_no_value_that_was_sent(app):
    with pytest.raises(sa.exc.DBAPIError) as raised:
        db.session.execute(sa.text("SELECT :email FROM nowhere"), {"email": "robin@example.com"})
    assert "robin" not in str(raised.value)
