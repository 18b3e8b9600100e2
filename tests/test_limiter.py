"""Counts of attempts where the machine that all share does not answer."""

import socket

import pytest
from limits import parse

from portal.clock import now
from portal.limiter import Limiter


@pytest.fixture
def nobody() -> str:
    """The address of a Redis that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"redis://127.0.0.1:{port}/0"


def test_a_redis_that_does_not_answer_leaves_the_counting_to_this_machine(tmp_path, nobody):
    limiter = Limiter(file=tmp_path / "limits.sqlite", redis_url=nobody)
    limit, at = parse("2 per 1 hour"), now()
    assert [limiter.allows(limit, "sign-in", "a", at=at) for _ in range(3)] == [True, True, False]
    limiter.give_back(limit, "sign-in", "a", at=at)
    limiter.give_back(limit, "sign-in", "a", at=at)
    assert limiter.allows(limit, "sign-in", "a", at=at)
