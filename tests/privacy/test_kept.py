"""Waivers that outlive their person: where a manager finds them, and nobody else."""

import re

import pytest

from portal.clock import now
from portal.extensions import settings
from portal.passes import queries, signing
from portal.privacy import erasing
from tests.conftest import make_settings

NAME = "Canarina Test"


@pytest.fixture
def keeps(app, issues, monkeypatch) -> bytes:
    """A signed waiver whose person is erased, in a studio that keeps them for a year."""
    day_pass = issues(NAME)
    document = signing.document(queries.last_signature(day_pass.id))
    old = settings()
    keeping = make_settings(old.instance, old.database_url, KEEP_WAIVER_DAYS="365")
    monkeypatch.setitem(app.extensions, "settings", keeping)
    erasing.erase(day_pass.lead_id, because="person", at=now())
    return document


def address(page: str) -> str:
    return re.search(r'href="(/desk/privacy/waivers/[^"]+)"', page)[1]


def test_manager_opens_the_document_that_was_signed(keeps, mara):
    page = mara.get("/desk/privacy").text
    assert "Kept waivers" in page
    assert NAME not in page
    answer = mara.get(address(page))
    assert (answer.mimetype, answer.data) == ("application/pdf", keeps)


def test_nobody_else_does(keeps, mara, dana):
    path = address(mara.get("/desk/privacy").text)
    assert dana.get(path).status_code == 403


def test_document_that_is_not_there_is_a_page(mara):
    assert mara.get("/desk/privacy/waivers/7.pdf").status_code == 404
    assert "Kept waivers" not in mara.get("/desk/privacy").text
