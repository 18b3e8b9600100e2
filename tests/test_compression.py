"""Pages are compressed where their size can teach nobody anything."""

import gzip

import brotli
import pytest
from flask.testing import FlaskClient

pytestmark = pytest.mark.one_database

ZIPPED = {"Accept-Encoding": "gzip, br"}
UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress}


@pytest.fixture
def client(app):
    """A client that leaves the bytes alone."""
    return FlaskClient(app, app.response_class)


@pytest.mark.parametrize(("offered", "taken"), [("gzip", "gzip"), ("gzip, br", "br")])
def test_page_arrives_compressed_as_well_as_the_browser_can_read(client, offered, taken):
    plain = client.get("/nowhere")
    packed = client.get("/nowhere", headers={"Accept-Encoding": offered})
    assert packed.headers["Content-Encoding"] == taken
    assert UNPACK[taken](packed.data) == plain.data


def test_caches_are_told_that_there_are_two(client):
    assert [client.get("/privacy", headers=asked).vary.as_set() for asked in ({}, ZIPPED)] == [
        {"accept-encoding"},
        {"accept-encoding"},
    ]


def test_refused_compression_is_not_forced(client):
    answer = client.get("/privacy", headers={"Accept-Encoding": "gzip;q=0, br;q=0, identity"})
    assert "Content-Encoding" not in answer.headers


def test_answer_to_a_cookie_is_never_compressed(client):
    client.set_cookie("any", "thing")
    assert "Content-Encoding" not in client.get("/privacy", headers=ZIPPED).headers


def test_head_and_small_answers_stay_as_they_are(client):
    assert "Content-Encoding" not in client.head("/privacy", headers=ZIPPED).headers
    assert "Content-Encoding" not in client.get("/healthz", headers=ZIPPED).headers
