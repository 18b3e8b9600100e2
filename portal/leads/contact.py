"""How to reach a person, and by what they are known again: e-mail and phone, normalised."""

from dataclasses import dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

OFTEN_MISTYPED = (
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "icloud.com",
    "protonmail.com",
)
ONE_LETTER_OFF_AND_RIGHT = frozenset({"mail.com", "ymail.com", "email.com", "rocketmail.com"})


@dataclass(frozen=True)
class Email:
    """An address as one writes to it, and the key by which its owner is known again."""

    address: str
    key: str


@dataclass(frozen=True)
class Phone:
    """A number as it was typed, and as E.164 where it says which country and area it is in."""

    typed: str
    e164: str | None


def read_email(typed: str) -> Email:
    """Return the address; raise ValueError when nobody could write to it.

    Only the syntax is looked at: a lookup would make people wait, and fail when the net does.
    Names reserved for tests and examples are let through for the same reason.
    """
    try:
        found = validate_email(
            typed, check_deliverability=False, test_environment=True, strict=True
        )
    except EmailNotValidError as error:
        raise ValueError("This is no e-mail address.") from error
    return Email(found.normalized, email_key(found.local_part, found.ascii_domain))


def email_key(local: str, domain: str) -> str:
    """Return what stays the same however a person writes the address: no case, no +tag."""
    return f"{(local.partition('+')[0] or local).lower()}@{domain.lower()}"


def nearby(address: str) -> str | None:
    """Return the address that was probably meant when its domain is one slip off a common one."""
    local, _, domain = address.rpartition("@")
    domain = domain.lower()
    if domain in OFTEN_MISTYPED or domain in ONE_LETTER_OFF_AND_RIGHT:
        return None
    return next((f"{local}@{near}" for near in OFTEN_MISTYPED if one_slip(domain, near)), None)


def one_slip(typed: str, meant: str) -> bool:
    """Say whether one wrong, missing, extra or swapped letter lies between the two."""
    short, long = sorted((typed, meant), key=len)
    start = next((i for i, sign in enumerate(short) if sign != long[i]), len(short))
    if len(short) == len(long):
        swapped = short[start : start + 2] == long[start : start + 2][::-1]
        return short[start + 1 :] == long[start + 1 :] or (
            swapped and short[start + 2 :] == long[start + 2 :]
        )
    return len(long) - len(short) == 1 and short[start:] == long[start + 1 :]


def read_phone(typed: str, *, region: str) -> Phone:
    """Return the number, read as from `region` unless it names its country; raise ValueError.

    A number that only works within its own area is kept as typed: it identifies nobody.
    """
    try:
        number = phonenumbers.parse(typed, region)
    except NumberParseException as error:
        raise ValueError("This is no phone number.") from error
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible == ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        return Phone(typed, None)
    if possible != ValidationResult.IS_POSSIBLE:
        raise ValueError("This is no phone number.")
    return Phone(typed, phonenumbers.format_number(number, PhoneNumberFormat.E164))
