import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from portal.config import ROOT
from portal.vault import parse_keys


@pytest.fixture
def run(app):
    return app.test_cli_runner().invoke


@pytest.mark.one_database
def test_evaluate_answers_each_case_in_order(run, tmp_path):
    cases = [
        {"id": "a", "answers": {}},
        {"id": "b", "answers": {"chest_pain": "now_12h"}},
        {"id": "c", "answers": {"chest_pain": None}},
    ]
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(cases))
    answer = run(args=["screening", "evaluate", str(file)])
    outcomes = [(case["id"], case["disposition"]) for case in json.loads(answer.output)]
    assert outcomes == [("a", "CLEAR"), ("b", "EMERGENCY"), ("c", "INCOMPLETE")]


@pytest.mark.one_database
def test_evaluate_reads_standard_input(run):
    answer = run(args=["screening", "evaluate", "-"], input='[{"id": 1, "answers": {}}]')
    assert json.loads(answer.output) == [
        {
            "id": 1,
            "disposition": "CLEAR",
            "timeframe": "none",
            "hold": "none",
            "flags": [],
            "modifiers": [],
        }
    ]


@pytest.mark.one_database
@pytest.mark.parametrize("text", ["", "{", '[{"id": 1, "answers": {"nonsense": 1}}]', "[1]"])
def test_evaluate_refuses_what_it_cannot_read_in_one_line(run, text):
    answer = run(args=["screening", "evaluate", "-"], input=text)
    assert answer.exit_code == 1
    assert answer.output.startswith("Error: ")
    assert len(answer.output.splitlines()) == 1


@pytest.mark.one_database
def test_plan_is_built_for_each_case_in_order(run, tmp_path):
    cases = [
        {"id": "a", "answers": {"nprs": 2}, "modifiers": []},
        {"id": "b", "answers": {"chest_pain": "now_12h"}, "modifiers": []},
        {"id": "c", "answers": {}, "modifiers": ["start_light_moderate"]},
    ]
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(cases))
    plans = json.loads(run(args=["plan", "build", str(file)]).output)
    assert [(plan["id"], len(plan["items"])) for plan in plans] == [("a", 6), ("b", 0), ("c", 6)]
    assert {tuple(item) for plan in plans for item in plan["items"]} == {
        ("exercise", "level", "dose", "why")
    }
    assert [list(plan) for plan in plans] == [
        ["id", "items"],
        ["id", "items", "held"],
        ["id", "items"],
    ]
    assert {item["level"] for item in plans[2]["items"]} == {1}


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Expecting value"),
        ("[1]", "The file must hold a list"),
        pytest.param("[" * 100_000, "The file is nested too deeply.", id="deep"),
        ('[{"id": 1, "answers": {"mood": 1}}]', "case 1: unknown answer key: mood"),
        ('[{"id": 1, "answers": {"nprs": "4"}}]', "case 1: nprs cannot be '4'"),
        ('[{"id": 1, "answers": {}, "modifiers": ["x"]}]', "case 1: unknown modifiers: x"),
        ('[{"id": 1, "answers": {}, "modifiers": "x"}]', "case 1: modifiers must be a list"),
        ('[{"id": 1, "answers": {}, "modifiers": [1]}]', "case 1: modifiers must be a list"),
    ],
)
def test_plan_build_refuses_what_it_cannot_read_in_one_line(run, text, said):
    answer = run(args=["plan", "build", "-"], input=text)
    assert answer.exit_code == 1
    assert answer.output.startswith(f"Error: {said}")
    assert len(answer.output.splitlines()) == 1


@pytest.mark.one_database
def test_new_secrets_can_be_used(run):
    lines = dict(line.split("=", 1) for line in run(args=["new-secrets"]).output.splitlines())
    assert list(lines) == ["SECRET_KEY", "HEALTH_KEYS"]
    assert list(parse_keys(lines["HEALTH_KEYS"])) == ["k1"]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("bladder", "new"),
        ("bladder", ["new_2w"]),
        ("bladder", True),
        ("spa_family", "maybe"),
        ("conditions", ["heart", "hart"]),
        ("conditions", "heart"),
        ("age", "42"),
        ("nprs", True),
        ("free_text", 1),
    ],
)
def test_evaluate_names_a_value_that_no_question_offers(run, key, value):
    cases = [{"id": "good", "answers": {}}, {"id": "odd", "answers": {key: value}}]
    answer = run(args=["screening", "evaluate", "-"], input=json.dumps(cases))
    assert answer.exit_code == 1
    assert answer.output == f"Error: case odd: {value!r} is no answer to {key}\n"


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("key", "value"),
    [("bladder", "prefer_not"), ("sexual", "not_sure"), ("age", 42.5), ("conditions", None)],
)
def test_evaluate_takes_every_word_of_the_vocabulary(run, key, value):
    cases = [{"id": "a", "answers": {key: value}}]
    assert run(args=["screening", "evaluate", "-"], input=json.dumps(cases)).exit_code == 0


@pytest.mark.one_database
def test_demo_cannot_add_fewer_than_nobody(run):
    answer = run(args=["demo", "--leads", "-5"])
    assert (answer.exit_code, "-5 is not in the range" in answer.output) == (2, True)


def test_staff_can_be_added(run):
    answer = run(
        args=[
            "staff",
            "add",
            "new@example.com",
            "--name",
            "New Person",
            "--role",
            "coach",
            "--password-stdin",
        ],
        input="a long enough phrase\n",
    )
    assert answer.output == "New Person (coach) can sign in as new@example.com.\n"


@pytest.mark.real_time
@pytest.mark.parametrize("wanted", [signal.SIGINT, signal.SIGTERM])
def test_serve_starts_web_and_worker_and_stops_both(tmp_path, wanted):
    port = _free_port()
    environ = {
        name: text
        for name, text in os.environ.items()
        if name not in {"SECRET_KEY", "HEALTH_KEYS", "DATABASE_URL", "FLASK_RUN_FROM_CLI"}
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--demo"],
        cwd=ROOT,
        env=environ | {"INSTANCE_PATH": str(tmp_path), "PORT": str(port), "WEB_WORKERS": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert _wait_for(f"http://127.0.0.1:{port}/healthz") == "ok"
        children = _children(server.pid)
        assert len(children) == 2
    finally:
        server.send_signal(wanted)
        output, _ = server.communicate(timeout=90)
    assert server.returncode == 0
    assert f"http://127.0.0.1:{port}/desk/" in output
    assert "manager@demo.example" in output
    assert [pid for pid in children if _is_alive(pid)] == []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(url: str) -> str:
    for _ in range(400):
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310
                return answer.read().decode().strip()
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(url)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
