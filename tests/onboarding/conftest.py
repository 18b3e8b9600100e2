"""People whose health check is done, and the coach who sits with them."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from portal.clock import now
from portal.intake.actions import record_screening
from portal.leads.models import Enquiry, Lead
from tests.desk.conftest import Desk, dana, form_on, fresh, jules, kinds_of
from tests.intake.conftest import asks

__all__ = ["asks", "dana", "fresh", "jules", "kinds_of"]

BACK = {
    "age": 44,
    "pain_sites": ["low_back"],
    "duration": "gt_12w",
    "trend": "same",
    "nprs": 5,
    "fear_move": 8,
    "confidence": 4,
    "aggravators": ["flexion"],
    "pain_previously_assessed": "yes",
    "goals": "Carry my shopping\nPlay on the floor",
}
"""A sore back that has been looked at: CAUTION, nothing held."""


@pytest.fixture
def told(asks) -> Callable[..., Lead]:
    """Somebody who has sent a health check: `told()`, or with other answers."""

    def tell(name: str = "Ada Test", **answers: Any) -> Lead:
        enquiry: Enquiry = asks(name=name)
        record_screening(
            enquiry, answers={**BACK, **answers}, wording="I agree that you may.", at=now()
        )
        return enquiry.lead

    return tell


def send(desk: Desk, page: str, path: str, **fields: Any):
    """Send the form on a page that goes to `path`, with its hidden fields."""
    form = form_on(page, path)
    return desk.client.post(form.pop("action"), data={**form, **fields})


def heading(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert found is not None
    return " ".join(unescape(re.sub("<[^>]+>", "", found[1])).split())


@pytest.fixture
def consult(jules, told) -> Callable[..., tuple[Lead, str]]:
    """Open the assessment; returns the person and the address below which its pages are."""

    def open_one(**answers: Any) -> tuple[Lead, str]:
        lead = told(**answers)
        address = f"/desk/leads/{lead.id}/assessment"
        answer = send(jules, jules.get(address).text, address)
        assert answer.status_code == 303
        return lead, answer.location.rpartition("/")[0]

    return open_one
