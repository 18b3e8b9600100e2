"""The worker as a process: killed, asked to stop, and waiting for a database that is away."""

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager, suppress

import pytest
import sqlalchemy as sa

from portal import create_app
from portal.clock import now
from portal.config import ROOT, WrongSettingError
from portal.extensions import db, transaction
from portal.mail import worker
from portal.mail.models import MailState, OutboxMail
from tests.conftest import make_settings
from tests.mail.conftest import Postbox, all_rows, serving, write

NURSERY = """
import os, sys
from portal import create_app
from portal.mail import worker
for port in sys.stdin:
    os.environ["MAIL_PORT"] = port.strip()
    child = os.fork()
    if not child:
        worker.run(create_app(), worker.stop_on_signals())
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class SlowPostbox(Postbox):
    """Keeps a message first and says 250 later: whoever is killed in between does not know."""

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(0.15)
        return answer


class Nursery:
    """A process that has everything imported and gives birth to one real worker at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @contextmanager
    def worker(self, port):
        self._say(f"{port}\n")
        pid = int(self._process.stdout.readline())
        try:
            yield lambda number: os.kill(pid, number)
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            self.exit_code = int(self._process.stdout.readline())

    def _say(self, line):
        self._process.stdin.write(line)
        self._process.stdin.flush()


@pytest.fixture(scope="module")
def nursery(migrated_app):
    environ = {**os.environ, **migrated_app.extensions["settings"].raw, "MAIL_SERVER": "127.0.0.1"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    command = [sys.executable, "-c", NURSERY]
    with subprocess.Popen(command, cwd=ROOT, env=environ, **pipes) as process:  # noqa: S603
        yield Nursery(process)
        process.stdin.close()
        process.wait(10)


def wait_until(condition, seconds=20.0):
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.01)


def end_leases():
    """As if the lease of the dead worker had run out."""
    with transaction() as session:
        session.execute(
            sa.update(OutboxMail)
            .where(OutboxMail.state == MailState.SENDING)
            .values(lease_until=now())
        )


def states():
    return {mail.state for mail in all_rows()}


@pytest.mark.real_time
def test_killed_worker_loses_nothing_and_repeats_only_under_the_same_message_id(app, nursery):
    letters, kills, postbox = 12, 4, SlowPostbox()
    for number in range(letters):
        write(number)
    with serving(postbox) as port:
        for _ in range(kills):
            had = len(postbox.mails)
            with nursery.worker(port) as send_signal:
                wait_until(lambda had=had: len(postbox.mails) >= had + 2)
                send_signal(signal.SIGKILL)
            assert nursery.exit_code == -signal.SIGKILL
            end_leases()
        with nursery.worker(port):
            wait_until(lambda: states() == {MailState.SENT})
    seen = [mail["Message-ID"] for mail in postbox.mails]
    assert set(seen) == {mail.message_id for mail in all_rows()}
    assert letters <= len(seen) <= letters + kills


@pytest.mark.real_time
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_worker_asked_to_stop_finishes_the_letter_in_hand(app, nursery, number):
    postbox = SlowPostbox()
    for letter in range(5):
        write(letter)
    with serving(postbox) as port:
        with nursery.worker(port) as send_signal:
            wait_until(lambda: postbox.mails)
            send_signal(number)
        assert nursery.exit_code == 0
    sent = [mail for mail in all_rows() if mail.state is MailState.SENT]
    assert len(sent) == len(postbox.mails) < 5
    assert states() == {MailState.SENT, MailState.READY}


@contextmanager
def running_in_a_thread(app, ticks=()):
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(app, stop, ticks))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def test_worker_sends_and_ticks_until_it_is_stopped(server, app, monkeypatch):
    monkeypatch.setattr(worker, "TICK_SECONDS", 0.0)
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0.02)
    ticked = []
    write(1)
    with running_in_a_thread(app, [lambda: ticked.append(db.session.scalar(sa.select(1)))]):
        wait_until(lambda: len(server.mails) == 1 and len(ticked) > 2)
        write(2)
        wait_until(lambda: len(server.mails) == 2)
    assert set(ticked) == {1}


def test_fault_of_a_tick_does_not_stop_the_mail(server, app, caplog):
    def broken():
        raise ZeroDivisionError

    with running_in_a_thread(app, [broken]):
        write()
        wait_until(lambda: len(server.mails) == 1)
    assert "a chore of the worker failed" in caplog.messages


def test_worker_does_not_start_without_the_keys(tmp_path, database_url, monkeypatch):
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")
    app = create_app(make_settings(tmp_path, database_url, HEALTH_KEYS=""))
    with pytest.raises(WrongSettingError, match="HEALTH_KEYS not set"):
        worker.run(app, threading.Event())


def test_database_that_is_away_at_the_start_is_waited_for(server, app, tmp_path, monkeypatch):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("the away database is a file that is not there yet")
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0.05)
    settings = app.extensions["settings"]
    place = tmp_path / "disk"
    late = create_app(
        make_settings(tmp_path, f"sqlite:///{place / 'portal.sqlite'}", **mail_of(settings))
    )
    write()
    with closing(sqlite3.connect(db.engine.url.database)) as connection:
        connection.execute(f"VACUUM INTO '{tmp_path / 'copy.sqlite'}'")
    with running_in_a_thread(late):
        time.sleep(0.2)
        place.mkdir()
        shutil.copy(tmp_path / "copy.sqlite", place / "portal.sqlite")
        wait_until(lambda: len(server.mails) == 1)
    with late.app_context():
        db.engine.dispose()


def mail_of(settings):
    names = ("MAIL_SERVER", "MAIL_PORT")
    keys = ("SECRET_KEY", "HEALTH_KEYS")
    return {
        **{name: str(settings.mail[name]) for name in names},
        **{key: settings.raw[key] for key in keys},
        "KEY_STORE_URL": settings.key_store_url,
    }
