"""Where the server listens is settled before anything is made or printed."""

import os
import signal
import socket
import sys

import pytest

from portal import serve
from portal.config import WrongSettingError


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


def free_port(host: str = "127.0.0.1", kind: int = socket.AF_INET) -> str:
    with socket.create_server((host, 0), family=kind) as server:
        return str(server.getsockname()[1])


def test_free_address_is_named_as_a_browser_takes_it():
    port = free_port()
    assert serve.free_address({"HOST": "127.0.0.1", "PORT": port}) == f"127.0.0.1:{port}"


def test_address_of_the_sixth_version_stands_in_brackets():
    port = free_port("::1", socket.AF_INET6)
    assert serve.free_address({"HOST": "::1", "PORT": port}) == f"[::1]:{port}"


@pytest.mark.parametrize("port", ["", "http", "80x", "0", "-1", "65536", "²"])
def test_port_that_is_none_is_refused_by_name(port):
    with pytest.raises(WrongSettingError, match=r"^PORT="):
        serve.free_address({"PORT": port})


@pytest.mark.parametrize("host", ["300.1.1.1", "203.0.113.1"])
def test_host_that_is_not_ours_is_refused_by_name(host):
    with pytest.raises(WrongSettingError, match=f"HOST={host} PORT="):
        serve.free_address({"HOST": host, "PORT": free_port()})


def test_taken_port_is_said_before_anything_is_made(app, taken, tmp_path, monkeypatch):
    monkeypatch.setenv("PORT", taken)
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path / "instance"))
    answer = app.test_cli_runner().invoke(args=["serve", "--demo"])
    assert answer.exit_code == 1
    assert answer.output == (
        f"Error: Nothing can listen on HOST=127.0.0.1 PORT={taken}: Address already in use. "
        "Choose another port, such as PORT=8001.\n"
    )
    assert not (tmp_path / "instance").exists()


@pytest.fixture
def own_signals():
    """Give the signals back that `run_both` takes for itself."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.real_time
@pytest.mark.usefixtures("own_signals")
def test_part_that_ends_by_itself_is_named_and_takes_the_other_with_it(monkeypatch, capfd):
    monkeypatch.setattr(serve, "_web", lambda: [sys.executable, "-c", "raise SystemExit(7)"])
    monkeypatch.setattr(serve, "_worker", lambda: ["sleep", "30"])
    assert serve.run_both(os.environ) == 1
    assert capfd.readouterr().err == "The web server ended by itself (code 7).\n"
