"""Nothing that an address or a form may carry breaks the desk, on either database."""

import pytest

from portal.ids import LARGEST, row_id
from tests.desk.conftest import form_on, make_lead

TOO_LARGE = ("2147483648", "9223372036854775808", "9" * 25)


@pytest.mark.parametrize("number", TOO_LARGE)
def test_number_that_no_row_can_have_is_no_page(dana, number):
    assert dana.get(f"/desk/leads/{number}").status_code == 404
    assert dana.client.post(f"/desk/leads/{number}/claim").status_code == 404


@pytest.mark.parametrize("number", TOO_LARGE)
def test_number_that_no_row_can_have_counts_as_not_asked(dana, number):
    lead = make_lead()
    paths = (
        f"/desk/leads/{lead.id}?said={number}",
        f"/desk/?open={number}",
        f"/desk/?after={number}.1.1",
        f"/desk/?after=1.{number}.{number}",
        f"/desk/calendar?said={number}",
    )
    assert [dana.get(path).status_code for path in paths] == [200] * len(paths)


@pytest.mark.parametrize("number", [*TOO_LARGE, "-1"])
def test_version_that_no_lead_can_have_is_refused(dana, number):
    lead = make_lead()
    assert dana.press(lead, "claim", version=number).status_code == 400


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2201-01-01", "9999-12-31"])
def test_day_that_no_studio_has_shows_today(dana, day):
    assert dana.get(f"/desk/calendar?day={day}").text == dana.get("/desk/calendar").text


@pytest.mark.parametrize("path", ["/desk/passes/give", "/desk/passes", "/staff/sign-out"])
def test_nul_in_a_form_is_refused(dana, path):
    form = form_on(dana.get("/desk/passes").text, path)
    assert dana.client.post(path, data={**form, "ref": "TL\0"}).status_code == 400


@pytest.mark.parametrize(("text", "kept"), [("0", 0), (str(LARGEST), LARGEST)])
def test_number_of_a_row_is_read(text, kept):
    assert row_id(text) == kept


@pytest.mark.parametrize("text", ["-1", str(LARGEST + 1), "one", ""])
def test_number_of_no_row_is_refused(text):
    with pytest.raises(ValueError, match=r"names no row|invalid literal"):
        row_id(text)
