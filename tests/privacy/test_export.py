"""The copy of one's data: every personal column is in it, or its reason is."""

import io
import json
import zipfile

import pytest

from portal.clock import now
from portal.extensions import db, vault
from portal.intake.actions import read_reasons
from portal.intake.queries import latest_decision
from portal.leads import notices as lead_notices
from portal.leads.models import Purpose
from portal.leads.story import tell
from portal.privacy import consents, export, inventory
from portal.privacy.opening import GONE
from portal.staff.models import Role
from tests.privacy.conftest import URGENT, again, make_staff


def unpacked(lead) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(export.archive(lead, at=now()))) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def sections(lead) -> dict[str, list[dict]]:
    whole = json.loads(unpacked(lead)["data.json"])
    return {section["name"]: section["rows"] for section in whole["sections"]}


def test_the_copy_names_every_column_or_why_it_is_left_out(told):
    whole = json.loads(unpacked(again(told().lead_id))["data.json"])
    assert {section["name"] for section in whole["sections"]} | whole["about"].keys() == set(
        db.metadata.tables
    )
    for section in whole["sections"]:
        columns = {column.name for column in db.metadata.tables[section["name"]].columns}
        shown = set(section["rows"][0]) if section["rows"] else columns - set(section["left_out"])
        assert shown | section["left_out"].keys() == columns, section["name"]
        assert not shown & section["left_out"].keys()
        assert all(section["left_out"].values())


def test_the_copy_holds_answers_and_reasons_in_words(told):
    rows = sections(again(told(**URGENT).lead_id))
    answers, decision = rows["intake"][0]["answers"], rows["decision"][0]
    assert "low_back" not in json.dumps(answers)
    assert decision["disposition"] == "URGENT"
    assert decision["reasons"]["you told us you have"]
    assert (
        set(decision["reasons"]["your answers"].values()) >= {"Yes, it is new"}
        or decision["reasons"]["your answers"]
    )


def test_the_copy_holds_consents_mails_notes_and_who_read(told):
    enquiry = told()
    lead, coach = again(enquiry.lead_id), make_staff("Jules Test", Role.COACH)
    lead_notices.finish_check(enquiry, at=now())
    lead_notices.staff_alert(enquiry)
    tell(lead, "noted", at=now(), staff=coach, text="Prefers mornings")
    db.session.commit()
    read_reasons(latest_decision(lead.id), staff=coach, page="/desk/leads/1/answers")
    rows = sections(again(enquiry.lead_id))
    assert [(each["staff_id"], each["page"]) for each in rows["reading"]] == [
        ("Jules Test", "/desk/leads/1/answers")
    ]
    assert {each["purpose"] for each in rows["consent"]} == {"contact", "marketing", "health"}
    assert {"text": "Prefers mornings"} in [each["detail"] for each in rows["activity"]]
    kinds = {each["kind"] for each in rows["outbox_mail"]}
    assert "finish_check" in kinds
    assert "staff_alert" not in kinds
    assert "Go on where you left off" in rows["outbox_mail"][-1]["content"]


def test_the_copy_holds_what_was_taken_back_until_it_is_erased(told):
    lead_id = told(**URGENT).lead_id
    consents.withdraw(lead_id, Purpose.HEALTH, at=now())
    rows = sections(again(lead_id))
    assert (len(rows["intake"]), len(rows["decision"])) == (1, 1)
    assert rows["intake"][0]["hidden_at"] == now().isoformat()


def test_the_copy_holds_the_signed_waiver_as_a_document(issues):
    files = unpacked(again(issues().lead_id))
    [waiver] = [name for name in files if name.startswith("waiver-")]
    assert files[waiver].startswith(b"%PDF")


def test_the_copy_reads_as_a_page(told):
    page = unpacked(again(told().lead_id))["data.html"].decode()
    assert "<h1>Your data at Trueline</h1>" in page
    assert "Robin Test" in page
    assert "{{" not in page


def test_the_copy_of_one_person_holds_nothing_of_another(told):
    other = told("Zyxquill Test")
    files = unpacked(again(told("Jo Test").lead_id))
    assert other.email.encode() not in b"".join(files.values())
    assert b"Zyxquill" not in b"".join(files.values())


def test_what_nobody_can_open_any_more_says_so(told):
    lead_id = told().lead_id
    vault().shred(again(lead_id).ref)
    assert sections(again(lead_id))["intake"][0]["answers"] == GONE


@pytest.mark.parametrize("kind", ["column", "table", "reason"])
def test_a_column_nobody_classified_is_named_with_its_cure(app, monkeypatch, kind):
    tables = {name: dict(said) for name, said in inventory._file()["tables"].items()}  # noqa: SLF001
    if kind == "column":
        del tables["lead"]["name"]
    elif kind == "table":
        del tables["lead"]
    else:
        tables["lead"]["name"] = "whatever"
    monkeypatch.setattr(inventory, "_file", lambda: {**said_elsewhere(), "tables": tables})
    inventory.reasons.cache_clear()
    [gap] = inventory.gaps()
    assert {
        "column": "Column lead.name is not classified: add it to [tables.lead]",
        "table": "Table lead is not in portal/privacy/inventory.toml: give it a [tables.lead]",
        "reason": "name = 'whatever' in [tables.lead]",
    }[kind] in gap


REAL = inventory._file  # noqa: SLF001


def said_elsewhere() -> dict:
    return {name: said for name, said in REAL().items() if name != "tables"}
