"""What a chat may send, and what is said when it will not do."""

from flask import request
from wtforms import BooleanField, StringField, ValidationError
from wtforms.validators import AnyOf, Length

from portal.chat.joining import Who
from portal.chat.saying import Said
from portal.csrf import SignedForm
from portal.extensions import settings
from portal.leads.contact import Email, Phone, read_email, read_phone
from portal.leads.hygiene import leads_elsewhere
from portal.leads.keyed import (
    LONGEST_EMAIL,
    LONGEST_NAME,
    NOT_TICKED,
    WRONG_EMAIL,
    Hidden,
    KeyedForm,
    Line,
    Lines,
)
from portal.leads.models import Held
from portal.leads.touch import touches

LONGEST_TEXT = 2000
LONGEST_PHONE = 40
PRESSES = ("remember", "forget")


class WhoFields(SignedForm):
    """Who somebody says they are; nothing of it is asked as a condition."""

    name = Line(Length(max=LONGEST_NAME, message="Name must be 80 characters or fewer"))
    email = Line(Length(max=LONGEST_EMAIL, message="Email address must be 254 characters or fewer"))
    phone = Line(Length(max=LONGEST_PHONE, message="Phone must be 40 characters or fewer"))

    def validate_name(self, _field: StringField) -> None:
        """Take a chat without a name."""

    def validate_email(self, field: StringField) -> None:
        """Take no address, or one that can be written to."""
        self.found_email: Email | None = None
        if field.data:
            try:
                self.found_email = read_email(field.data)
            except ValueError as error:
                raise ValidationError(WRONG_EMAIL) from error

    def validate_phone(self, field: StringField) -> None:
        """Take no number, or one that exists."""
        self.found_phone: Phone | None = None
        if field.data:
            studio = settings().studio
            try:
                self.found_phone = read_phone(field.data, region=studio.region)
            except ValueError as error:
                message = f"Enter a phone number, like {studio.phone}"
                raise ValidationError(message) from error

    def who(self) -> Who:
        """Return what a validated form says."""
        return Who(name=self.name.data, email=self.found_email, phone=self.found_phone)


class SayForm(KeyedForm):
    """One message. `place` is page or panel."""

    text = Lines(
        Length(max=LONGEST_TEXT, message=f"Message must be {LONGEST_TEXT:,} characters or fewer")
    )
    place = Hidden()

    def validate_text(self, field: StringField) -> None:
        """Ask for words."""
        if not field.data:
            raise ValidationError("Write your message")

    def said(self) -> Said:
        """Return what a validated form says in a thread that stands.

        A quick answer there is no haste: whoever talks is quick.
        """
        trapped = Held.TRAP if self.message.data else None
        return Said(key=self.key.data, text=self.text.data, held=trapped or self._links())

    def _links(self, *, name: str = "") -> Held | None:
        """Return whether this leads elsewhere; our own pages lead nowhere else."""
        text = self.text.data.replace(settings().public_url, "")
        return Held.LINKS if leads_elsewhere(text, name=name) else None


class StartForm(WhoFields, SayForm):
    """The first message, with a name and an address if somebody likes."""

    landing = Hidden()
    referrer = Hidden()

    def first(self, *, page: str) -> Said:
        """Return the first message of a validated form; `page` is where it was sent from."""
        return Said(
            key=self.key.data,
            text=self.text.data,
            held=self.doubt or self._links(name=self.name.data),
            who=self.who(),
            touch=touches(
                landing=self.landing.data,
                referrer=self.referrer.data,
                page=page,
                host=request.host,
            ),
        )


class WhoForm(WhoFields):
    """Who somebody says they are, in a thread that stands."""

    place = Hidden()

    @property
    def says_nothing(self) -> bool:
        """Say whether every field is empty."""
        return not (self.name.data or self.email.data or self.phone.data)


class EraseForm(SignedForm):
    """A box that says what happens, and the press."""

    sure = BooleanField(false_values=NOT_TICKED)


class DeviceForm(SignedForm):
    """Whether this device shall know the chat again."""

    do = StringField(validators=[AnyOf(PRESSES)])
    place = Hidden()
