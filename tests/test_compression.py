"""Pages are compressed where their size can teach nobody anything."""

import gzip

import pytest
from flask.testing import FlaskClient

ZIPPED = {"Accept-Encoding": "gzip, br"}


@pytest.fixture
def client(app):
    """A client that leaves the bytes alone."""
    return FlaskClient(app, app.response_class)


def test_page_arrives_compressed(client):
    plain, packed = client.get("/nowhere"), client.get("/nowhere", headers=ZIPPED)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data


def test_caches_are_told_that_there_are_two(client):
    assert [client.get("/privacy", headers=asked).vary.as_set() for asked in ({}, ZIPPED)] == [
        {"accept-encoding"},
        {"accept-encoding"},
    ]


def test_refused_compression_is_not_forced(client):
    answer = client.get("/privacy", headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert "Content-Encoding" not in answer.headers


def test_answer_to_a_cookie_is_never_compressed(client):
    client.set_cookie("any", "thing")
    assert "Content-Encoding" not in client.get("/privacy", headers=ZIPPED).headers


def test_head_and_small_answers_stay_as_they_are(client):
    assert "Content-Encoding" not in client.head("/privacy", headers=ZIPPED).headers
    assert "Content-Encoding" not in client.get("/healthz", headers=ZIPPED).headers
