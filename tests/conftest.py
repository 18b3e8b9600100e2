"""What every test stands on: a migrated database, a frozen clock, and a critical client."""

import contextlib
import gc
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from werkzeug.test import TestResponse

from portal import create_app, opening
from portal.config import Settings, read
from portal.demo import seeding
from portal.extensions import db, vault
from portal.vault import make_keys
from tests.critic import criticise

DEMO_KEYS = make_keys()
NOON_SUNDAY = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
"""A fixed Sunday noon in the demo studio's zone, America/Chicago."""


def postgres_url() -> str:
    return os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1/postgres")


def _postgres_answers() -> bool:
    engine = sa.create_engine(
        postgres_url().replace("postgresql://", "postgresql+psycopg://"),
        connect_args={"connect_timeout": 2},
    )
    try:
        with engine.connect():
            return True
    except sa.exc.OperationalError:
        return False
    finally:
        engine.dispose()


@contextlib.contextmanager
def scratch_postgres(name: str, *, copy_of: str = "template1") -> Iterator[str]:
    """A database of its own on the test server, dropped afterwards."""
    admin = sa.create_engine(
        postgres_url().replace("postgresql://", "postgresql+psycopg://"),
        isolation_level="AUTOCOMMIT",
    )
    with admin.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(sa.text(f'CREATE DATABASE "{name}" TEMPLATE "{copy_of}"'))
        connection.execute(sa.text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
    try:
        yield re.sub(r"/[^/]*$", f"/{name}", postgres_url())
    finally:
        with admin.connect() as connection:
            connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask on both databases, but where a test says that its question is about neither."""
    if "database_url" in metafunc.fixturenames:
        about_neither = metafunc.definition.get_closest_marker("one_database")
        databases = ["sqlite"] if about_neither else ["sqlite", "postgresql"]
        metafunc.parametrize("database_url", databases, indirect=True, scope="session")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Keep what the tests are made of out of every search for garbage, and search seldom.

    A search every 700 objects, the default, costs these short-lived processes a tenth more.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


@pytest.fixture(scope="session")
def fast_folder() -> Iterator[Path]:
    """A folder in memory where there is one: what a test commits need not reach a disk."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of a random name is made in it
    usable = memory.is_dir() and os.access(memory, os.W_OK)
    with tempfile.TemporaryDirectory(dir=memory if usable else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def database_url(request: pytest.FixtureRequest, fast_folder: Path) -> Iterator[str]:
    """Where a database of the test's own is; PostgreSQL is skipped by name where none answers."""
    if request.param == "sqlite":
        yield f"sqlite:///{fast_folder / 'portal.sqlite'}"
        return
    if not _postgres_answers():
        if os.environ.get("REQUIRE_POSTGRES"):
            pytest.fail("REQUIRE_POSTGRES is set and no PostgreSQL answers at TEST_POSTGRES_URL.")
        pytest.skip("no PostgreSQL answers at TEST_POSTGRES_URL")
    with scratch_postgres(f"portal_test_{os.getpid()}") as url:
        yield url


@sa.event.listens_for(sa.Engine, "connect")
def _answer_in_another_order(connection: object, _record: object) -> None:
    """Turn round what nobody ordered, so that no page and no test can trust the order of rows.

    PostgreSQL gives them as it likes, and likes another order once in a hundred runs.
    """
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA reverse_unordered_selects=ON")


def make_settings(instance: Path, url: str, **environ: str) -> Settings:
    """The settings of a studio in Chicago, with secrets of its own and no mail server."""
    return read(
        {
            "INSTANCE_PATH": str(instance),
            "DATABASE_URL": url,
            "SECRET_KEY": "a-secret-for-tests-only",
            "HEALTH_KEYS": make_keys(),
            "PUBLIC_URL": "http://localhost",
            **environ,
        }
    )


@pytest.fixture(scope="session")
def migrated_app(database_url: str, fast_folder: Path) -> Iterator[Flask]:
    instance = Path(tempfile.mkdtemp(dir=fast_folder))
    app = create_app(make_settings(instance, database_url))
    app.testing = True
    with app.app_context():
        upgrade()
    yield app
    leave(app)


@pytest.fixture
def app(migrated_app: Flask) -> Iterator[Flask]:
    """The application over an empty, migrated database; rows are deleted after each test."""
    with migrated_app.app_context():
        yield migrated_app
        db.session.rollback()
        db.session.remove()
        empty(db.engine)
        opening.forget()
    _forget_attempts(Path(migrated_app.instance_path) / "limits.sqlite")


@pytest.fixture(scope="session")
def demo_template(database_url: str, fast_folder: Path) -> Iterator[Path]:
    """The folder of a studio with its demo, on a Sunday noon: made once, copied for each test."""
    folder = Path(tempfile.mkdtemp(dir=fast_folder))
    with contextlib.ExitStack() as stack:
        url = f"sqlite:///{folder / 'portal.sqlite'}"
        if not database_url.startswith("sqlite"):
            url = stack.enter_context(scratch_postgres(_demo_database()))
        app = create_app(make_settings(folder, url, HEALTH_KEYS=DEMO_KEYS))
        with app.app_context(), time_machine.travel(NOON_SUNDAY, tick=False):
            upgrade()
            assert seeding.seed_studio()
            leave(app)
        yield folder


def _demo_database() -> str:
    return f"portal_demo_{os.getpid()}"


@pytest.fixture
def demo_url(database_url: str, demo_template: Path, tmp_path: Path) -> Iterator[str]:
    """A copy of the demo studio for this test, in `tmp_path` and under `DEMO_KEYS`."""
    shutil.copytree(demo_template, tmp_path, dirs_exist_ok=True)
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'portal.sqlite'}"
        return
    name = f"{_demo_database()}_{tmp_path.name}"
    with scratch_postgres(name, copy_of=_demo_database()) as url:
        yield url


def leave(app: Flask) -> None:
    """Close every connection of this application."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
        vault().store.close()


@pytest.fixture
def careless(app: Flask) -> Iterator[None]:
    """Let SQLite not wait for the disk: for tests with so many commits that waiting is all they do.

    What they prove does not hang on a power cut.
    """
    engine = db.engine
    if engine.dialect.name != "sqlite":
        yield
        return

    def hurry(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    db.session.remove()
    engine.dispose()
    sa.event.listen(engine, "connect", hurry)
    yield
    db.session.remove()
    sa.event.remove(engine, "connect", hurry)
    engine.dispose()


def empty(engine: sa.Engine) -> None:
    """Delete every row, in one go of the driver's own: it happens after each test."""
    tables = reversed(db.metadata.sorted_tables)
    deletes = ";".join(f"DELETE FROM {table}" for table in tables)  # noqa: S608 - names of ours
    numbers = "DELETE FROM sqlite_sequence"
    with contextlib.closing(engine.raw_connection()) as raw:
        if engine.dialect.name == "sqlite":
            raw.driver_connection.executescript(f"BEGIN IMMEDIATE; {deletes}; {numbers}; COMMIT")
        else:
            raw.driver_connection.execute(deletes)
            raw.commit()


def _forget_attempts(file: Path) -> None:
    if file.exists():
        with contextlib.closing(sqlite3.connect(file)) as counts, counts:
            counts.execute("DELETE FROM hit")


class Clock:
    """The frozen time of a test."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller

    def advance(self, **length: float) -> None:
        self._traveller.shift(timedelta(**length))

    def move_to(self, moment: datetime) -> None:
        self._traveller.move_to(moment, tick=False)


@pytest.fixture(autouse=True)
def clock(request: pytest.FixtureRequest) -> Iterator[Clock | None]:
    """Time stands still at a Sunday noon unless a test drives a real browser or process."""
    if request.node.get_closest_marker("real_time") or request.node.get_closest_marker("browser"):
        yield None
        return
    with time_machine.travel(NOON_SUNDAY, tick=False) as traveller:
        yield Clock(traveller)


class CriticalClient(FlaskClient):
    """A client that fails the test on any page with a fault a browser would forgive."""

    def open(self, *args, **kwargs) -> TestResponse:
        answer = super().open(*args, **kwargs)
        criticise(answer)
        return answer


@pytest.fixture
def client(app: Flask) -> CriticalClient:
    app.test_client_class = CriticalClient
    return app.test_client()
