import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.staff import passwords
from portal.staff.passwords import WeakPasswordError

ANY_SIGN = st.characters(exclude_categories=["Cs"])


def refused(password, *, email="dana@example.com", studio="Trueline"):
    with pytest.raises(WeakPasswordError) as caught:
        passwords.refuse_weak(password, email=email, studio=studio)
    return str(caught.value)


@pytest.mark.parametrize("length", [0, 1, 11])
def test_short_password_is_refused(length):
    assert refused("abcdefghijkl"[:length]) == "Password must be 12 characters or more"


def test_length_counts_up_to_256():
    long = "a quiet green mat 42 " * 13
    passwords.refuse_weak(long[:256], email="dana@example.com", studio="Trueline")
    assert refused(long[:257]) == "Password must be 256 characters or fewer"


@pytest.mark.parametrize(
    "password",
    ["password1234", "PassWord 1234", "correct-horse-battery-staple", "aaaaaaaabbbbbbbb"],
)
def test_obvious_password_is_refused(password):
    assert refused(password) == "This password is one of the first that people guess"


@pytest.mark.parametrize(
    "password", ["my TrueLine desk 9", "true-line-true-line", "xX dana.desk Xx 99"]
)
def test_password_with_the_studio_or_the_email_is_refused(password):
    assert refused(password, email="dana.desk@example.com") == (
        "Password must not contain the studio's name or your email"
    )


def test_short_email_names_do_not_forbid_their_letters():
    passwords.refuse_weak("a quiet green mat 42", email="al@example.com", studio="Trueline")


@settings(max_examples=15, deadline=None)
@given(st.text(ANY_SIGN, min_size=12, max_size=256))
def test_any_characters_are_kept_exactly(password):
    kept = passwords.keep(password)
    assert passwords.matches(kept, password)
    assert not passwords.matches(kept, password[:-1])
    assert not passwords.matches(kept, password + " ")


def test_kept_form_is_argon2id_with_approved_parameters():
    assert passwords.keep("a quiet green mat 42").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not passwords.is_outdated(passwords.NOBODYS)


def test_nothing_matches_what_is_not_a_hash():
    assert not passwords.matches("", "a quiet green mat 42")
    assert not passwords.matches(passwords.NOBODYS, "a quiet green mat 42")
