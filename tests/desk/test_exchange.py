"""A person's answers as a FHIR resource: for those who read answers, each time with a row."""

import pytest
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from portal.clock import now
from portal.extensions import db
from portal.intake.models import Reading
from portal.leads.models import Lead
from portal.staff.models import Role
from tests.desk.conftest import make_enquiry, make_lead, make_staff, sign_in
from tests.intake.recorded import record_screening

TOLD = {"age": 47, "pain_sites": ["low_back"], "duration": "lt_2w", "free_text": "CANARY-heron"}


@pytest.fixture
def screened(app) -> Lead:
    lead = make_lead("Ada Test", None)
    record_screening(make_enquiry(lead), answers=TOLD, wording="I agree", at=now())
    return lead


def address(lead: Lead) -> str:
    return f"/desk/leads/{lead.id}/questionnaire-response.json"


def test_response_is_valid_r4_and_holds_the_answers(jules, screened):
    answer = jules.client.get(address(screened))
    assert (answer.status_code, answer.mimetype) == (200, "application/fhir+json")
    assert answer.headers["Cache-Control"] == "no-store"
    found = QuestionnaireResponse.model_validate_json(answer.text)
    said = {item.linkId: item for item in found.item}
    assert said["age"].answer[0].valueInteger == 47
    assert said["pain_sites"].answer[0].valueCoding.code == "low_back"
    assert said["free_text"].answer[0].valueString == "CANARY-heron"
    assert (found.status, found.subject.identifier.value) == ("completed", screened.ref)
    assert found.questionnaire == "http://localhost/how-screening-works/questionnaire.json|2026.1"


@pytest.mark.parametrize("role", [Role.COACH, Role.MANAGER])
def test_each_look_is_noted(app, screened, role):
    reader = sign_in(app, make_staff("Kim Reader", role))
    reader.client.get(address(screened))
    (row,) = db.session.scalars(db.select(Reading)).all()
    assert (row.staff_id, row.lead_id, row.page) == (
        reader.staff.id,
        screened.id,
        address(screened),
    )


def test_front_desk_is_refused_and_receives_nothing(dana, screened):
    answer = dana.client.get(address(screened))
    assert answer.status_code == 403
    assert "CANARY" not in answer.text
    assert db.session.scalars(db.select(Reading)).all() == []


def test_answers_of_an_unanswered_check_are_not_found(jules):
    assert jules.client.get(address(make_lead("Robin Test", None))).status_code == 404


def test_card_of_the_answers_leads_to_them(jules, screened):
    card = jules.fragment(f"/desk/leads/{screened.id}/answers").text
    assert f'href="{address(screened)}"' in card
