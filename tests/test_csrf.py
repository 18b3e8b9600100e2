import pytest

pytestmark = pytest.mark.one_database

FORMS = ("/consult", "/day-pass", "/staff/sign-in")
BODIES = ["[1]", "null", '"x"', "{}", '{"email": {"a": 1}}', "[[", "[" * 5000 + "]" * 5000]


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("body", BODIES)
def test_body_that_is_no_form_is_an_empty_form(client, path, body):
    answer = client.post(path, data=body, content_type="application/json")
    assert answer.status_code == 422


@pytest.mark.parametrize("path", FORMS)
def test_form_without_anything_is_given_back(client, path):
    assert client.post(path).status_code == 422
