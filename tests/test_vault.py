"""Sealing under data keys: bound to a place and a person, wrapped, rotated, shredded."""

import os

import pytest
from sqlalchemy import select

from portal.cipher import encrypt, to_text
from portal.extensions import db, transaction, vault
from portal.keyring import PersonKey, Register
from portal.keystore import KeyStore
from portal.vault import CannotOpenError, Vault, make_keys, parse_keys

OLD, NEW = os.urandom(32), os.urandom(32)
PLACE = "intake.answers:1"


@pytest.fixture
def store(tmp_path):
    kept = KeyStore(f"sqlite:///{tmp_path / 'keys.sqlite'}")
    yield kept
    kept.close()


@pytest.fixture
def with_keys(app, store):
    """A vault over a key store of the test's own, with these studio keys."""
    return lambda **keys: Vault(keys, store, Register())


@pytest.fixture
def sealing(with_keys):
    return with_keys(k1=OLD)


@pytest.mark.parametrize("person", [None, "TL-ADA", "TL-BOB"])
def test_open_returns_what_was_sealed(sealing, person):
    sealed = sealing.seal(PLACE, "Łukasz: no", person=person)
    assert sealing.open(PLACE, sealed) == "Łukasz: no"


def test_sealing_twice_gives_two_values_under_one_key(sealing):
    one, two = (sealing.seal("a", "same", person="TL-ADA") for _ in range(2))
    assert one != two
    assert one.partition(".")[0] == two.partition(".")[0]


def test_each_person_has_a_key_of_their_own(sealing):
    people = (None, "TL-ADA", "TL-BOB")
    names = {sealing.seal("a", "same", person=one).partition(".")[0] for one in people}
    assert len(names) == 3


def test_open_refuses_a_value_moved_to_another_row(sealing):
    with pytest.raises(CannotOpenError):
        sealing.open("intake.answers:2", sealing.seal(PLACE, "yes", person="TL-ADA"))


def test_open_refuses_a_value_said_to_be_another_persons(sealing):
    ada, bob = (sealing.seal(PLACE, "yes", person=one) for one in ("TL-ADA", "TL-BOB"))
    with pytest.raises(CannotOpenError):
        sealing.open(PLACE, f"{bob.partition('.')[0]}.{ada.partition('.')[2]}")


@pytest.mark.parametrize("position", [0, 3, 40, -5])
def test_open_refuses_an_altered_value(sealing, position):
    sealed = sealing.seal("a", "a longer text, so that every position exists", person="TL-ADA")
    swapped = "A" if sealed[position] != "A" else "B"
    with pytest.raises(CannotOpenError):
        sealing.open("a", sealed[:position] + swapped + sealed[position:][1:])


def test_open_reads_what_an_older_version_sealed_under_a_studio_key(with_keys):
    old = to_text("k1", encrypt(OLD, "k1", PLACE, b"kept"))
    assert with_keys(k2=NEW, k1=OLD).open(PLACE, old) == "kept"
    with pytest.raises(CannotOpenError, match="not in HEALTH_KEYS"):
        with_keys(k2=NEW).open(PLACE, old)


def test_open_refuses_when_the_studio_key_is_gone(with_keys, sealing):
    sealed = sealing.seal("a", "kept", person="TL-ADA")
    with pytest.raises(CannotOpenError, match="k1 is not in HEALTH_KEYS"):
        with_keys(k2=NEW).open("a", sealed)


def test_a_key_is_on_disk_before_the_row_it_seals_is_committed(with_keys, store, sealing):
    sealed = sealing.seal("a", "kept", person="TL-ADA")
    (key,) = store.by_id([sealed.partition(".")[0]])
    assert key.studio_key == "k1"
    db.session.rollback()
    assert db.session.scalars(select(PersonKey)).all() == []
    assert with_keys(k1=OLD).open("a", sealed) == "kept"


def test_a_key_assigned_in_a_transaction_that_fails_is_not_used_again(app):
    lost = []

    @transaction()
    def seal_and_fail() -> None:
        lost.append(vault().seal("a", "x", person="TL-ADA"))
        raise LookupError

    with pytest.raises(LookupError):
        seal_and_fail()
    with transaction():
        kept = vault().seal("a", "x", person="TL-ADA")
    assert kept.partition(".")[0] != lost[0].partition(".")[0]
    assert db.session.get_one(PersonKey, "TL-ADA").key_id == kept.partition(".")[0]


def test_shredded_key_opens_nothing_and_is_replaced_for_what_comes_later(with_keys, sealing):
    ada, bob = (sealing.seal("a", "kept", person=one) for one in ("TL-ADA", "TL-BOB"))
    db.session.commit()
    assert (sealing.shred("TL-ADA"), sealing.shred("TL-ADA", "TL-NOBODY")) == (1, 0)
    for any_process in (sealing, with_keys(k1=OLD)):
        with pytest.raises(CannotOpenError, match="was erased"):
            any_process.open("a", ada)
        assert any_process.open("a", bob) == "kept"
    again = sealing.seal("a", "later", person="TL-ADA")
    assert again.partition(".")[0] != ada.partition(".")[0]
    assert with_keys(k1=OLD).open("a", again) == "later"


def test_keys_held_live_no_longer_than_the_block(with_keys, sealing):
    sealed = sealing.seal("a", "kept", person="TL-ADA")
    with sealing.holding(["TL-ADA"]):
        with_keys(k1=OLD).shred("TL-ADA")
        assert sealing.open("a", sealed) == "kept"
    with pytest.raises(CannotOpenError):
        sealing.open("a", sealed)


def test_keys_of_many_are_made_at_once(sealing, store):
    people = [f"TL-{number}" for number in range(1200)]
    with sealing.holding(people):
        names = {sealing.seal("a", "x", person=one).partition(".")[0] for one in people}
    assert len(names) == 1200
    assert len(store.by_id(sorted(names))) == 1200


def test_fingerprint_agrees_for_equal_texts_and_needs_the_key(tmp_path):
    def printed(name: str, key: bytes) -> str:
        kept = KeyStore(f"sqlite:///{tmp_path / name}")
        found = Vault({"k1": key}, kept, Register()).fingerprint("x")
        kept.close()
        return found

    assert printed("one", OLD) == printed("two", OLD)
    assert printed("three", NEW) != printed("one", OLD)


def test_fingerprint_survives_the_studio_key_it_began_with(with_keys):
    before = with_keys(k1=OLD).fingerprint("x")
    assert with_keys(k2=NEW, k1=OLD).rotate() == (1, 0)
    assert with_keys(k2=NEW).fingerprint("x") == before


def test_rotation_leaves_sealed_values_alone_and_frees_the_old_key(with_keys, sealing, store):
    people = [None, *(f"TL-{number}" for number in range(20))]
    sealed = {person: sealing.seal("a", f"of {person}", person=person) for person in people}
    before = sum(store.counts().values())
    assert with_keys(k2=NEW, k1=OLD).rotate() == (before, 0)
    assert with_keys(k2=NEW, k1=OLD).rotate() == (0, 0)
    assert dict(store.counts()) == {"k2": before}
    after = with_keys(k2=NEW)
    assert {person: after.open("a", text) for person, text in sealed.items()} == {
        person: f"of {person}" for person in people
    }


def test_rotation_says_what_it_cannot_unwrap_and_does_the_rest(with_keys, sealing, store):
    sealing.seal("a", "x", person="TL-ADA")
    stuck = store.counts()["k1"]
    third = with_keys(k3=os.urandom(32))
    third.seal("a", "x", person="TL-BOB")
    assert with_keys(k2=NEW, k1=OLD).rotate() == (stuck, store.counts()["k3"])


def test_key_file_is_its_owners_only(sealing, tmp_path):
    sealing.seal("a", "x")
    assert (tmp_path / "keys.sqlite").stat().st_mode & 0o777 == 0o600


def test_made_keys_can_be_read():
    assert list(parse_keys(make_keys())) == ["k1"]


@pytest.mark.parametrize(
    "setting", ["", "k1", "k1:short", "k1:***", ":" + "A" * 43, "a.b:" + "A" * 43, "@k:" + "A" * 43]
)
def test_wrong_keys_are_refused_without_a_word_of_them(setting: str):
    with pytest.raises(ValueError, match="base64") as refused:
        parse_keys(setting)
    assert not any(part and part in str(refused.value) for part in setting.split(":")[1:])


def test_a_second_key_of_the_same_name_is_refused():
    with pytest.raises(ValueError, match="two keys are called 'k1'"):
        parse_keys(f"{make_keys()},{make_keys()}")
