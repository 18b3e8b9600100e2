"""`flask vault …` over a studio of its own, with a key store of its own."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal import create_app
from portal.cipher import encrypt, make_keys, parse_keys, to_text
from portal.clock import now
from portal.extensions import db, transaction, vault
from portal.intake import reasons, sheet
from portal.intake.models import Decision, Intake
from portal.keyring import PersonKey
from portal.leads.models import Lead
from portal.mail import outbox
from portal.mail.models import OutboxMail
from portal.sealing.columns import all_values, columns
from portal.sealing.standing import standing
from portal.sealing.sweeping import GRACE, sweep
from portal.sealing.upkeep import Upkeep
from tests.conftest import DEMO_KEYS, leave, make_settings

K1 = DEMO_KEYS
K2 = make_keys().replace("k1:", "k2:")


@pytest.fixture
def portal_with(demo_url, tmp_path):
    """An application on this test's database and key store, with these studio keys."""
    apps = []

    def make(keys: str):
        apps.append(create_app(make_settings(tmp_path, demo_url, HEALTH_KEYS=keys)))
        return apps[-1]

    yield make
    for app in apps:
        leave(app)


@pytest.fixture
def studio(portal_with):
    app = portal_with(K1)
    with app.app_context():
        yield app


def seal_as_before(studio_key: bytes) -> int:
    """Put every sealed value under the studio key itself, as older versions did."""
    count = 0
    for column in columns():
        for batch in all_values(column, at_once=50):
            with transaction():
                for value in batch:
                    text = vault().open(value.place, value.text)
                    raw = encrypt(studio_key, "k1", value.place, text.encode())
                    assert column.replace(value, to_text("k1", raw))
                    count += 1
    return count


def say(app, *args: str):
    with app.app_context():
        return app.test_cli_runner().invoke(args=["vault", *args])


def everything_opens() -> int:
    intakes = [sheet.read(each) for each in db.session.scalars(sa.select(Intake))]
    decisions = [reasons.read(each) for each in db.session.scalars(sa.select(Decision))]
    mails = [outbox.unseal(m.uid, m.content) for m in db.session.scalars(sa.select(OutboxMail))]
    return len(intakes) + len(decisions) + len(mails)


def test_every_sealed_column_is_declared_and_leads_to_its_person(studio):
    assert {column.name for column in columns()} >= {
        "decision.reasons",
        "intake.answers",
        "outbox_mail.content",
        "waiver_signature.content",
        "waiver_signature.pdf",
    }
    refs = dict(db.session.execute(sa.select(PersonKey.key_id, PersonKey.person)).all())
    for column in columns():
        for batch in all_values(column, at_once=7):
            assert {value.person for value in batch} == {
                refs.get(value.text.partition(".")[0]) for value in batch
            }


def test_nothing_sealed_stands_in_a_column_that_is_not_declared(studio):
    declared = {column.name for column in columns()}
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(sa.select(table)).mappings():
            for column, value in row.items():
                if str(value).startswith("@") or str(value).startswith("k1."):
                    assert f"{table.name}.{column}" in declared | {"person_key.key_id"}


def test_status_of_a_studio_in_order(studio):
    answer = say(studio, "status")
    lines = answer.output.splitlines()
    assert answer.exit_code == 0
    assert lines[0] == "Data keys, by the studio key that wraps them:"
    assert lines[1].split()[0] == "k1"
    assert lines[-1] == "Everything is under the first key."


def test_rotation_by_command_and_what_status_says_on_the_way(studio, portal_with):
    before = {row.id: row.content for row in db.session.scalars(sa.select(OutboxMail))}
    keys = sum(vault().store.counts().values())
    both = portal_with(f"{K2},{K1}")
    assert f"{keys} keys to rotate" in say(both, "status").output
    assert say(both, "rotate").output.startswith(f"{keys} keys are now under k2")
    assert "Nothing is under k1 any more." in say(both, "status").output
    app = portal_with(K2)
    with app.app_context():
        assert everything_opens() > 80
        after = {row.id: row.content for row in db.session.scalars(sa.select(OutboxMail))}
        assert after == before


def test_rotation_without_the_old_key_says_so_and_status_names_the_rows(studio, portal_with):
    app = portal_with(K2)
    answer = say(app, "rotate")
    assert answer.exit_code == 1
    assert "not in HEALTH_KEYS: put it back" in answer.output
    status = say(app, "status")
    assert status.exit_code == 1
    assert "CANNOT BE OPENED: rows 1, 2, 3" in status.output
    assert "k1" in next(line for line in status.output.splitlines() if "not in HEALTH" in line)


def test_rows_of_an_older_version_are_readable_and_sealed_anew(studio):
    old = seal_as_before(parse_keys(K1)["k1"])
    assert everything_opens() > 80
    assert f"{old} values to seal anew" in say(studio, "status").output
    assert say(studio, "reseal").output == f"{old} values are sealed anew.\n"
    assert say(studio, "reseal").output == "0 values are sealed anew.\n"
    assert "Everything is under the first key." in say(studio, "status").output
    assert everything_opens() > 80


def test_worker_seals_old_rows_anew_a_little_at_a_time(studio):
    seal_as_before(parse_keys(K1)["k1"])
    upkeep = Upkeep()
    for _ in range(20):
        upkeep.tend(at=now())
    texts = [
        value.text for each in columns() for some in all_values(each, at_once=50) for value in some
    ]
    assert {text[0] for text in texts} == {"@"}


def test_a_value_that_changed_meanwhile_is_left_to_its_writer(studio):
    column = next(each for each in columns() if each.name == "intake.answers")
    (value,) = column.values(after=0, limit=1)
    with transaction():
        db.session.execute(
            sa.update(Intake).where(Intake.id == value.id).values(answers="@newer.text")
        )
    with transaction():
        assert not column.replace(value, "@resealed.text")
    assert db.session.get_one(Intake, value.id).answers == "@newer.text"


def test_keys_of_nobody_are_swept_after_a_week_and_no_others(studio, clock):
    assert sweep(at=now()) == 0
    lead = db.session.scalars(sa.select(Lead).order_by(Lead.id)).first()
    key, ref = db.session.get_one(PersonKey, lead.ref).key_id, lead.ref
    with transaction():
        db.session.execute(sa.delete(Lead).where(Lead.id == lead.id))
    clock.advance(days=8)
    spare = sweep(at=now())
    assert len(vault().store.by_id([key])) == 1
    assert sweep(at=now() + GRACE) == 1
    assert vault().store.by_id([key]) == []
    assert 0 < spare <= 16
    with transaction():
        assert vault().seal("a", "x", person="TL-LATER").startswith("@")
    closed = {column.name: column.closed for column in standing().columns if column.closed}
    mails = sa.select(OutboxMail.id).where(OutboxMail.reference == ref)
    assert closed == {"outbox_mail.content": db.session.scalars(mails).all()}


def test_a_key_that_was_unused_only_for_a_while_stays(studio, portal_with, clock):
    lead = db.session.scalars(sa.select(Lead).order_by(Lead.id)).first()
    kept = {name: getattr(lead, name) for name in ("id", "ref")}
    key = db.session.get_one(PersonKey, kept["ref"]).key_id
    with transaction():
        db.session.execute(sa.update(Lead).where(Lead.id == kept["id"]).values(ref="TL-OTHER"))
    sweep(at=now())
    with transaction():
        db.session.execute(sa.update(Lead).where(Lead.id == kept["id"]).values(ref=kept["ref"]))
    sweep(at=now() + timedelta(days=6))
    sweep(at=now() + timedelta(days=8))
    assert len(vault().store.by_id([key])) == 1
