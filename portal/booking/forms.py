"""What the forms of booking may send."""

from datetime import UTC, datetime

from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import AnyOf, Length, Optional

from portal.booking import zones
from portal.booking.models import Place
from portal.booking.wishes import Wish
from portal.csrf import SignedForm

PICK = "Select a time"


def context(public_id: str) -> str:
    """Return what binds the forms behind a link to its owner."""
    return f"booking:{public_id}"


def read_moment(text: str) -> datetime | None:
    """Return the moment that an ISO 8601 text with a zone names, None for any other text."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


class PickForm(SignedForm):
    """A time, and how it was looked for."""

    slot = RadioField(choices=[], validate_choice=False)
    place = HiddenField(default=Place.IN_PERSON.value)
    zone = HiddenField()
    coach = HiddenField()

    def wish(self) -> Wish | None:
        """Return what was picked, None when nothing readable was; the rest falls back."""
        starts_at = read_moment(str(self.slot.data or ""))
        if starts_at is None:
            return None
        coach, zone = str(self.coach.data or ""), str(self.zone.data or "")
        return Wish(
            starts_at=starts_at,
            coach_id=int(coach) if coach.isdecimal() and coach.isascii() else None,
            place=Place.PHONE if self.place.data == Place.PHONE else Place.IN_PERSON,
            their_zone=zone if zones.is_known(zone) else None,
        )


class ManageForm(PickForm):
    """What to do with a session that stands: another time, or none."""

    do = StringField(validators=[AnyOf(["move", "cancel"])])
    version = StringField(validators=[Optional(), Length(max=9)])

    def seen(self) -> int | None:
        """Return the version that stood on the screen."""
        text = str(self.version.data or "")
        return int(text) if text.isdecimal() and text.isascii() else None
