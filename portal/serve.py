"""Runs the web server and the worker side by side, and stops both when one of them is asked to.

Both run in sessions of their own: Ctrl-C in a terminal reaches this process only, which then asks
each of them to finish what it has in hand.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from secrets import token_urlsafe

from portal import config
from portal.vault import make_keys

PATIENCE_SECONDS = 15
GLANCE_SECONDS = 0.2
LAST_PORT = 65535


def keep_secrets(settings: config.Settings) -> None:
    """Make the secrets of this instance once, readable by its owner only."""
    file = config.secrets_file(settings.instance)
    if file.exists() or (settings.secret_key and settings.health_keys):
        return
    settings.instance.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as secrets:
        secrets.write(new_secrets())


def new_secrets() -> str:
    """Return a fresh SECRET_KEY and HEALTH_KEYS as lines for an environment file."""
    return f"SECRET_KEY={token_urlsafe(32)}\nHEALTH_KEYS={make_keys()}\n"


def free_address(environ: Mapping[str, str]) -> str:
    """Return where to listen, as an address shows it; raise WrongSettingError when that is taken.

    It is asked for before anything is made, so that nobody reads sign-ins of a server that is not
    the one at that address.
    """
    host, port = environ.get("HOST", "127.0.0.1"), environ.get("PORT", "8000")
    if not (port.isascii() and port.isdecimal() and 0 < int(port) <= LAST_PORT):
        raise config.WrongSettingError(f"PORT={port!r}: not a number from 1 to {LAST_PORT}")
    kind = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, int(port)), family=kind).close()
    except OSError as error:
        why = str(error.strerror).partition(" (while")[0]
        raise config.WrongSettingError(
            f"Nothing can listen on HOST={host} PORT={port}: {why}. "
            "Choose another port, such as PORT=8001."
        ) from error
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def run_both(environ: Mapping[str, str]) -> int:
    """Start web and worker, wait for a signal or an end, stop both; return the exit code."""
    stopping: list[int] = []
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, lambda number, _frame: stopping.append(number))
    children = [_start(command, environ) for command in (_web(), _worker())]
    while not stopping and all(child.poll() is None for child in children):
        time.sleep(GLANCE_SECONDS)
    for name, child in zip(("web server", "worker"), children, strict=True):
        if not stopping and child.poll() is not None:
            print(f"The {name} ended by itself (code {child.returncode}).", file=sys.stderr)  # noqa: T201 - there is no application here to log for
    for child in children:
        child.terminate()
    for child in children:
        _wait(child)
    return 0 if stopping else 1


def _web() -> list[str]:
    return [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"]


def _worker() -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]


def _start(command: list[str], environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=config.ROOT, env=dict(environ), start_new_session=True)  # noqa: S603


def _wait(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
