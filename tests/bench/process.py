"""The shipped server as a process: its first answer and its memory."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from portal.config import ROOT
from tests.bench.requests import make_app
from tests.bench.row import Row

REQUESTS = int(os.environ.get("BENCH_REQUESTS", "20000"))
BARE = """
from flask import Flask
import flask_sqlalchemy
app = Flask("bare")
app.add_url_rule("/healthz", view_func=lambda: "ok")
"""


def measure(folder: Path) -> list[Row]:
    home = folder / "process"
    make_app(home)
    (home / "bare.py").write_text(BARE)
    secrets = {"SECRET_KEY": "bench", "HEALTH_KEYS": "k1:" + "A" * 43, "INSTANCE_PATH": str(home)}
    ours = [first_answer("wsgi:app", ROOT, secrets) for _ in range(5)]
    bare = [first_answer("bare:app", home, {}) for _ in range(5)]
    before, after = memory("wsgi:app", ROOT, secrets)
    return [
        Row(
            "first answer after start, against bare Flask with SQLAlchemy",
            min(ours) / min(bare),
            1.5,
        ),
        Row(f"memory of a worker after {REQUESTS:,} requests", after / 1024, 120, "MB"),
        Row("its growth since the first thousand", (after / before - 1) * 100, 5, "%"),
    ]


def first_answer(app: str, folder: Path, environ: dict[str, str]) -> float:
    """Seconds from starting the server until its first good answer."""
    start = time.perf_counter()
    server, url = _start(app, folder, environ)
    wait_for(f"{url}/healthz")
    taken = time.perf_counter() - start
    _stop(server)
    return taken


def memory(app: str, folder: Path, environ: dict[str, str]) -> tuple[int, int]:
    """Resident KB of the one worker after a thousand requests, and after all of them."""
    server, url = _start(app, folder, environ)
    wait_for(f"{url}/healthz")
    worker = int(Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()[0])
    _visit(url, 1000)
    before = _resident(worker)
    _visit(url, REQUESTS - 1000)
    after = _resident(worker)
    _stop(server)
    return before, after


def _start(app: str, folder: Path, environ: dict[str, str]) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--bind",
        f"127.0.0.1:{port}",
        "--worker-class",
        "gthread",
        "--threads",
        "8",
        "--log-level",
        "error",
        app,
    ]
    server = subprocess.Popen(  # noqa: S603
        command, cwd=folder, env={**os.environ, **environ, "WEB_WORKERS": "1"}
    )
    return server, f"http://127.0.0.1:{port}"


def wait_for(url: str) -> None:
    for _ in range(3000):
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310
                return
        except OSError:
            time.sleep(0.005)
    raise TimeoutError(url)


def _visit(url: str, times: int) -> None:
    pages = ("/", "/consult", "/articles/", "/how-screening-works")
    for number in range(times):
        with urllib.request.urlopen(url + pages[number % len(pages)], timeout=10) as answer:  # noqa: S310
            answer.read()


def _resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGTERM)
    server.wait(15)
