"""The one who sends: takes due rows, hands them to the mail server, writes down the answer.

A queue that is paused moves again when staff lift the pause, or when a probe, made at the start and
every few minutes without any message, gets through sign-in and certificate.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy.exc import DBAPIError

from portal.clock import now
from portal.extensions import settings
from portal.mail import actions, lease, outbox, queries, resting
from portal.mail.lease import Claim
from portal.mail.models import OutboxMail
from portal.mail.post import DelayedError, Parcel, RefusedError, knock, post
from portal.smtp import WrongMailSetupError
from portal.vault import CannotOpenError

IDLE_SECONDS = 1.5
LONGEST_WAIT_SECONDS = 30.0
TICK_SECONDS = 30.0
PROBE_SECONDS = 300.0
AT_ONCE = 100

log = logging.getLogger("portal.mail")


def drain(*, at: datetime, limit: int = AT_ONCE, stop: threading.Event | None = None) -> int:
    """Send what is due at `at`, one after the other, and return how many were taken up.

    Without a mail server, or while the queue is paused, nothing is taken up. `stop` is heeded
    between two messages: the one in hand is finished.
    """
    lease.expire(at=at)
    if not settings().mail_is_configured or queries.current_pause() is not None:
        return 0
    taken = 0
    while taken < limit and not (stop and stop.is_set()):
        claim = lease.take(at=at)
        if claim is None:
            break
        taken += 1
        if not _send(claim):
            break
    return taken


def probe() -> bool:
    """Try a paused queue's server without a message; lift the pause and return True if it works."""
    if not settings().mail_is_configured or queries.current_pause() is None:
        return False
    try:
        knock()
    except (DelayedError, WrongMailSetupError):
        return False
    actions.lift_pause()
    log.info("mail flows again")
    return True


def run(app: Flask, stop: threading.Event, ticks: Sequence[Callable[[], None]] = ()) -> None:
    """Work until `stop` is set, and call each of `ticks` about every 30 seconds.

    A database that is away, also at the start, is waited for. Raise WrongSettingError at once when
    the keys that open the letters are missing.
    """
    app.extensions["settings"].require_secrets()
    chores = [_Chore(tick, TICK_SECONDS) for tick in ticks] + [_Chore(probe, PROBE_SECONDS)]
    wait = IDLE_SECONDS
    while not stop.is_set():
        try:
            with app.app_context():
                for chore in chores:
                    chore.do_when_due()
                taken = drain(at=now(), stop=stop)
        except DBAPIError as error:
            log.warning("the database does not answer: %s", type(error.orig).__name__)
            taken, wait = 0, min(wait * 2, LONGEST_WAIT_SECONDS)
        else:
            wait = IDLE_SECONDS
        if not taken:
            stop.wait(wait)


def stop_on_signals() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set, for a process's main thread."""
    stop = threading.Event()

    def ask(_number: int, _frame: Any) -> None:
        # Event.set() takes a lock that the interrupted thread may hold; another thread may wait.
        threading.Thread(target=stop.set).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    return stop


class _Chore:
    """Something done now and then."""

    def __init__(self, work: Callable[[], object], every_seconds: float) -> None:
        self._work, self._every, self._next = work, every_seconds, 0.0

    def do_when_due(self) -> None:
        """Do it when its time has come; its own fault is logged and never stops the mail."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._every
        try:
            self._work()
        except DBAPIError:
            raise
        except Exception:
            log.exception("a chore of the worker failed")


def _send(claim: Claim) -> bool:
    """Send one message and write down the outcome; return whether the queue may go on."""
    if resting.stays_home(claim):
        lease.settle(claim, OutboxMail.rest)
        return True
    try:
        post(_parcel(claim))
    except WrongMailSetupError as error:
        lease.pause(claim, because=str(error))
        log.warning("mail stands still: %s", error)
        return False
    except RefusedError as error:
        because = str(error)
        lease.settle(claim, lambda mail: mail.fail(because=because))
    except DelayedError as error:
        because = str(error)
        lease.settle(claim, lambda mail: mail.retry(at=now(), because=because))
    else:
        lease.settle(claim, lambda mail: mail.succeed(at=now()))
    return True


def _parcel(claim: Claim) -> Parcel:
    try:
        letter = outbox.unseal(claim.uid, claim.content)
    except CannotOpenError as error:
        raise RefusedError(f"{error} Is its key still in HEALTH_KEYS?") from error
    return Parcel(claim.recipient, claim.message_id, letter)
