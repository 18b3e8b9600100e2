import os

import pytest

from portal.vault import CannotOpenError, Vault, make_keys, parse_keys

OLD, NEW = os.urandom(32), os.urandom(32)


def test_open_returns_what_was_sealed():
    vault = Vault({"k1": OLD})
    assert (
        vault.open("intake.answers:1", vault.seal("intake.answers:1", "Łukasz: no")) == "Łukasz: no"
    )


def test_sealing_twice_gives_two_values():
    vault = Vault({"k1": OLD})
    assert vault.seal("a", "same") != vault.seal("a", "same")


def test_open_refuses_a_value_moved_to_another_row():
    vault = Vault({"k1": OLD})
    with pytest.raises(CannotOpenError):
        vault.open("intake.answers:2", vault.seal("intake.answers:1", "yes"))


@pytest.mark.parametrize("position", [0, 3, 20, -5])
def test_open_refuses_an_altered_value(position: int):
    vault = Vault({"k1": OLD})
    sealed = vault.seal("a", "a longer text, so that every position exists")
    swapped = "A" if sealed[position] != "A" else "B"
    altered = sealed[:position] + swapped + sealed[position:][1:]
    with pytest.raises(CannotOpenError):
        vault.open("a", altered)


def test_open_reads_values_of_an_older_key():
    sealed = Vault({"k1": OLD}).seal("a", "kept")
    assert Vault({"k2": NEW, "k1": OLD}).open("a", sealed) == "kept"


def test_open_refuses_a_key_that_is_gone():
    sealed = Vault({"k1": OLD}).seal("a", "kept")
    with pytest.raises(CannotOpenError):
        Vault({"k2": NEW}).open("a", sealed)


def test_seal_names_the_key():
    assert Vault({"k2": NEW, "k1": OLD}).seal("a", "x").partition(".")[0] == "k2"


def test_fingerprint_agrees_for_equal_texts_and_needs_the_key():
    assert Vault({"k1": OLD}).fingerprint("x") == Vault({"k1": OLD}).fingerprint("x")
    assert Vault({"k1": OLD}).fingerprint("x") != Vault({"k1": NEW}).fingerprint("x")


def test_made_keys_can_be_read():
    assert list(parse_keys(make_keys())) == ["k1"]


@pytest.mark.parametrize(
    "setting", ["", "k1", "k1:short", "k1:***", ":" + "A" * 43, "a.b:" + "A" * 43]
)
def test_wrong_keys_are_refused(setting: str):
    with pytest.raises(ValueError, match="HEALTH_KEYS"):
        parse_keys(setting)
