"""Two ways to keep 200 open chats live under the shipped server: asking again, and being told.

Each panel that polls asks for its own thread every three seconds and is answered 304. Being told is
the smallest stream of server-sent events that there is, so that nothing but the way itself is
measured: once with the threads we ship, once with a thread for every panel.
"""

import asyncio
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask_migrate import upgrade

from portal import create_app
from portal.chat import links, queries, saying
from portal.chat.saying import Said
from portal.clock import now
from portal.config import ROOT, read
from portal.vault import make_keys
from tests.bench.process import wait_for
from tests.bench.row import Row

PANELS = 200
EVERY = 3.0
"""Seconds between two questions of one panel."""
SECONDS = float(os.environ.get("BENCH_LIVE_SECONDS", "15"))
PATIENCE = 5.0
"""Seconds after which a visitor to another page has gone."""
TICK = os.sysconf("SC_CLK_TCK")
EVENTS = """
import time
from flask import Flask, Response
app = Flask("events")
def stream():
    yield "data: first\\n\\n"
    while True:
        time.sleep(1)
        yield ": still here\\n\\n"
app.add_url_rule("/healthz", "healthz", lambda: "ok")
app.add_url_rule("/events", "events", lambda: Response(stream(), mimetype="text/event-stream"))
"""


@dataclass(frozen=True)
class Server:
    """A running gunicorn with the shipped settings."""

    process: "subprocess.Popen[bytes]"
    port: int

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(child) for child in children.split()]

    def cpu_seconds(self) -> float:
        """The processor time that all workers have taken so far."""
        stats = [Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1] for pid in self.workers()]
        return sum(sum(map(int, stat.split()[11:13])) for stat in stats) / TICK

    def megabytes(self) -> float:
        """The memory of all workers; what they share is counted once."""
        rollups = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in self.workers()]
        return sum(int(it.split("\nPss:")[1].split()[0]) for it in rollups) / 1024


@dataclass
class Seen:
    """What the panels saw: how many are live, their answers' seconds, and those of another page."""

    live: int = 0
    waits: list[float] = field(default_factory=list)
    visits: list[float] = field(default_factory=list)


def measure(folder: Path) -> list[Row]:
    home = folder / "live"
    home.mkdir()
    environ = {
        "SECRET_KEY": "a-secret-for-the-bench",
        "HEALTH_KEYS": make_keys(),
        "INSTANCE_PATH": str(home),
    }
    paths = _threads(environ)
    (home / "events.py").write_text(EVENTS)
    return [
        *_asking(environ, paths),
        *_being_told(home, {}, "with the threads we ship"),
        *_being_told(home, {"WEB_THREADS": str(PANELS)}, "with a thread for each"),
    ]


def _asking(environ: dict[str, str], paths: list[str]) -> list[Row]:
    with _serving("wsgi:app", ROOT, environ) as server:
        panels = [[path, tag] for path, tag in zip(paths, _tags(server, paths), strict=True)]
        before, seen = server.cpu_seconds(), Seen()
        asyncio.run(_poll(server.port, panels, seen))
        cost = (server.cpu_seconds() - before) / SECONDS * 100
        weight = server.megabytes()
    return [
        Row(f"polling: live panels of {PANELS}", seen.live, PANELS, "", at_most=False),
        Row("polling: processor time of all of them", cost, 50, "%"),
        Row("polling: an answer, p95", _p95_ms(seen.waits), 250, "ms"),
        Row("polling: another page meanwhile, p95", _p95_ms(seen.visits), 250, "ms"),
        Row("polling: memory of the workers", weight, 300, "MB"),
    ]


def _being_told(home: Path, environ: dict[str, str], how: str) -> list[Row]:
    """Measure the other way; its goals are what polling would have to be worse than."""
    with _serving("events:app", home, environ) as server:
        before, seen = server.cpu_seconds(), Seen()
        asyncio.run(_listen(server.port, seen))
        cost = (server.cpu_seconds() - before) / SECONDS * 100
        weight = server.megabytes()
    return [
        Row(f"events {how}: live panels of {PANELS}", seen.live, PANELS, ""),
        Row(f"events {how}: another page meanwhile, p95", _p95_ms(seen.visits), 1e5, "ms"),
        Row(f"events {how}: processor time, with nothing to look up", cost, 1e5, "%"),
        Row(f"events {how}: memory of the workers of a bare Flask", weight, 1e5, "MB"),
    ]


def _threads(environ: dict[str, str]) -> list[str]:
    """Begin a chat for each panel, and return where each is asked for."""
    app = create_app(read(environ))
    with app.app_context():
        upgrade()
        begun = [
            saying.start(Said(key=f"bench-{number:027}", text="Are you open today?"), at=now())
            for number in range(PANELS)
        ]
        return [f"/chat/{links.token(queries.named(each))}?poll=1" for each in begun]


def _tags(server: Server, paths: list[str]) -> list[str]:
    """Ask once for each panel, so that what is measured is answered 304."""

    async def ask() -> list[str]:
        return [(await _get(server.port, path, []))[1] for path in paths]

    return asyncio.run(ask())


async def _poll(port: int, panels: list[list[str]], seen: Seen) -> None:
    """Let every panel ask for its thread until time is up, each from another moment on."""
    end = time.perf_counter() + SECONDS

    async def panel(number: int, path: str, tag: str) -> None:
        await asyncio.sleep(EVERY * number / PANELS)
        answers = []
        while time.perf_counter() < end:
            began = time.perf_counter()
            status, _ = await _get(port, path, ["HX-Request-Type: partial", f"HX-PTag: {tag}"])
            seen.waits.append(time.perf_counter() - began)
            answers.append(status)
            await asyncio.sleep(EVERY)
        seen.live += set(answers) == {304}

    asking = [panel(number, *each) for number, each in enumerate(panels)]
    await asyncio.gather(*asking, _visit(port, end, seen))


async def _listen(port: int, seen: Seen) -> None:
    """Open every panel's stream, and count those that have heard something before time is up."""
    end = time.perf_counter() + SECONDS

    async def panel() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /events HTTP/1.1\r\nHost: bench\r\n\r\n")
        try:
            async with asyncio.timeout(end - time.perf_counter()):
                await reader.readuntil(b"data: first")
                seen.live += 1
                await asyncio.sleep(end - time.perf_counter())
        except TimeoutError:
            pass
        finally:
            writer.close()

    await asyncio.gather(*(panel() for _ in range(PANELS)), _visit(port, end, seen))


async def _visit(port: int, end: float, seen: Seen) -> None:
    """Open another page once a second; who waits for longer than PATIENCE has gone."""
    await asyncio.sleep(1)
    while time.perf_counter() < end:
        began = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE):
                await _get(port, "/healthz", [])
        except TimeoutError:
            pass
        seen.visits.append(time.perf_counter() - began)
        await asyncio.sleep(1)


async def _get(port: int, path: str, headers: list[str]) -> tuple[int, str]:
    """Return the status of an answer, and its tag."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [f"GET {path} HTTP/1.1", "Host: bench", "Connection: close", *headers, "", ""]
    writer.write("\r\n".join(lines).encode())
    answer = (await reader.read()).decode()
    writer.close()
    found = re.search(r"(?im)^hx-ptag: (\S+)", answer)
    return int(answer.split()[1]), found[1] if found else ""


@contextmanager
def _serving(app: str, folder: Path, environ: dict[str, str]) -> Iterator[Server]:
    """Run gunicorn as we ship it, on a port of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py"), app]
    everything = {**os.environ, **environ, "PORT": str(port), "WEB_LOG_LEVEL": "critical"}
    process = subprocess.Popen(command, cwd=folder, env=everything)  # noqa: S603
    wait_for(f"http://127.0.0.1:{port}/healthz")
    try:
        yield Server(process, port)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _p95_ms(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1] * 1000
