import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.leads.contact import Email, Phone, nearby, one_slip, read_email, read_phone

LETTERS = st.text("abc.", min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("typed", "address", "key"),
    [
        ("robin@example.com", "robin@example.com", "robin@example.com"),
        ("Robin.Test@Example.COM", "Robin.Test@example.com", "robin.test@example.com"),
        ("robin+gym@example.com", "robin+gym@example.com", "robin@example.com"),
        ("+@example.com", "+@example.com", "+@example.com"),
        ("łukasz@example.com", "łukasz@example.com", "łukasz@example.com"),
        ("robin@żółć.example", "robin@żółć.example", "robin@xn--kda4b0koi.example"),
        ("robin@studio.test", "robin@studio.test", "robin@studio.test"),
    ],
)
def test_address_is_kept_and_its_owner_known_by_a_key(typed, address, key):
    assert read_email(typed) == Email(address, key)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "robin",
        "robin@",
        "@example.com",
        "a b@example.com",
        "a@b@example.com",
        "a..b@example.com",
        "robin@localhost",
        "robin@example",
        "robin@[127.0.0.1]",
        "robin@-example.com",
        "x" * 65 + "@example.com",
    ],
)
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(ValueError):
        read_email(typed)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("robin@gmial.com", "robin@gmail.com"),
        ("robin@gmail.con", "robin@gmail.com"),
        ("robin@gmail.co", "robin@gmail.com"),
        ("Robin@GNAIL.com", "Robin@gmail.com"),
        ("robin@hotmial.com", "robin@hotmail.com"),
        ("robin@yahooo.com", "robin@yahoo.com"),
        ("robin@outlok.com", "robin@outlook.com"),
    ],
)
def test_domain_one_slip_away_is_asked_about(typed, meant):
    assert nearby(typed) == meant


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com",
        "GMAIL.COM",
        "mail.com",
        "ymail.com",
        "email.com",
        "hotmail.co.uk",
        "yahoo.ca",
        "example.com",
        "gym.example",
        "proton.me",
    ],
)
def test_right_domain_is_not_asked_about(domain):
    assert nearby(f"robin@{domain}") is None


def distance(a: str, b: str) -> int:
    """Edits between two words, a swap of neighbours counting as one (optimal string alignment)."""
    table = {(i, 0): i for i in range(len(a) + 1)} | {(0, j): j for j in range(len(b) + 1)}
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            table[i, j] = min(
                table[i - 1, j] + 1,
                table[i, j - 1] + 1,
                table[i - 1, j - 1] + (a[i - 1] != b[j - 1]),
            )
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[len(a), len(b)]


@given(typed=LETTERS, meant=LETTERS)
def test_one_slip_is_an_edit_distance_of_one(typed, meant):
    assert typed == meant or one_slip(typed, meant) is (distance(typed, meant) == 1)


@pytest.mark.parametrize(
    ("typed", "e164"),
    [
        ("555-010-0123", "+15550100123"),
        ("(555) 010 0123", "+15550100123"),
        ("+1 555.010.0123", "+15550100123"),
        ("1 555 010 0123", "+15550100123"),
        ("+44 20 7946 0123", "+442079460123"),
        ("5550100123 ext. 7", "+15550100123"),
        ("٥٥٥٠١٠٠١٢٣", "+15550100123"),
        ("010-0123", None),
    ],
)
def test_number_is_kept_as_typed_and_known_by_e164(typed, e164):
    assert read_phone(typed, region="US") == Phone(typed, e164)


def test_number_is_read_as_from_the_studios_region():
    assert read_phone("020 7946 0123", region="GB").e164 == "+442079460123"


@pytest.mark.parametrize(
    "typed", ["12", "abc", "020 7946 0123", "555-010-0123-4567", "+999 1", "()"]
)
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(ValueError):
        read_phone(typed, region="US")
