from fhir.resources.R4B.questionnaire import Questionnaire

from portal.screening import questionnaire


def test_questionnaire_is_published_as_valid_r4(client):
    answer = client.get("/how-screening-works/questionnaire.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/fhir+json")
    found = Questionnaire.model_validate_json(answer.text)
    assert found.url == "http://localhost/how-screening-works/questionnaire.json"
    assert (found.version, found.publisher) == (questionnaire().version, "Trueline")


def test_the_page_leads_to_it(client):
    page = client.get("/how-screening-works").text
    assert 'href="/how-screening-works/questionnaire.json"' in page
