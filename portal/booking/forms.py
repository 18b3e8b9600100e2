"""What the forms of booking may send."""

from datetime import UTC, datetime
from typing import Any

from wtforms import HiddenField, RadioField, StringField, ValidationError
from wtforms.form import BaseForm
from wtforms.validators import AnyOf, Length, Optional

from portal.booking import zones
from portal.booking.models import Place
from portal.booking.search import read_coach
from portal.booking.wishes import Wish
from portal.csrf import SignedForm
from portal.extensions import settings
from portal.leads.contact import Phone, read_phone
from portal.leads.forms import LONGEST_PHONE
from portal.leads.keyed import Line

PICK = "Select a time"
FIRST_YEAR, LAST_YEAR = 2000, 2200


def number_words() -> str:
    """Return what is asked of somebody who is to be called."""
    return f"Enter a phone number, like {settings().studio.phone}"


def context(public_id: str) -> str:
    """Return what binds the forms behind a link to its owner."""
    return f"booking:{public_id}"


def read_moment(text: str) -> datetime | None:
    """Return the moment that an ISO 8601 text with a zone names, None for any other text.

    A year that no diary has counts as none: some zone could not say what day it is then.
    """
    try:
        moment = datetime.fromisoformat(text)
        found = moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
    return found if found and FIRST_YEAR <= found.year <= LAST_YEAR else None


class NumberLine(Line):
    """A phone number that exists, or none: whether one is needed is known where it is booked."""

    def __init__(self, **options: Any) -> None:
        longest = Length(max=LONGEST_PHONE, message="Phone must be 40 characters or fewer")
        super().__init__(longest, _read, **options)
        self.number: Phone | None = None


def _read(_: BaseForm, field: NumberLine) -> None:
    """Read a number as the studio's region writes it."""
    if not field.data:
        return
    try:
        field.number = read_phone(field.data, region=settings().studio.region)
    except ValueError as error:
        raise ValidationError(number_words()) from error


class PickForm(SignedForm):
    """A time, how it was looked for, and the version of the session that it changes."""

    slot = RadioField(choices=[], validate_choice=False)
    place = HiddenField()
    zone = HiddenField()
    coach = HiddenField()
    phone = NumberLine()
    version = StringField(validators=[Optional(), Length(max=9)])

    def seen(self) -> int | None:
        """Return the version that stood on the screen, None where no session stood."""
        text = str(self.version.data or "")
        return int(text) if text.isdecimal() and text.isascii() else None

    def wish(self) -> Wish | None:
        """Return what was picked in a validated form, None when nothing readable was."""
        starts_at = read_moment(str(self.slot.data or ""))
        if starts_at is None:
            return None
        zone = str(self.zone.data or "")
        return Wish(
            starts_at=starts_at,
            coach_id=read_coach(str(self.coach.data or "")),
            place=Place(self.place.data) if self.place.data in set(Place) else None,
            their_zone=zone if zones.is_known(zone) else None,
            phone=self.phone.number,
        )


class ManageForm(PickForm):
    """What to do with a session that stands: another time, or none."""

    do = StringField(validators=[AnyOf(["move", "cancel"])])
