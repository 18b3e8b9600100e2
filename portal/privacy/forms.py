"""What the pages about one's own data may send."""

from wtforms import BooleanField, HiddenField, StringField, ValidationError
from wtforms.validators import AnyOf, Length, Regexp

from portal.csrf import SignedForm
from portal.leads.contact import read_email
from portal.leads.keyed import LONGEST_EMAIL, LONGEST_NAME, WRONG_EMAIL, Line, Lines
from portal.leads.models import Purpose

LONGEST_TEXT = 4000
KEY = r"[0-9a-f]{32}"


def context(subject: str) -> str:
    """Return what binds a form on somebody's own page to them."""
    return f"privacy:{subject}"


class PressForm(SignedForm):
    """A press of a button."""


class WithdrawForm(SignedForm):
    """One consent taken back."""

    purpose = StringField(validators=[AnyOf(list(Purpose))])


class EraseForm(SignedForm):
    """The second step: a box that says what happens."""

    sure = BooleanField()


class ComplaintForm(SignedForm):
    """What went wrong, and where the answer should go."""

    name = Line(
        Length(min=1, message="Enter your name"),
        Length(max=LONGEST_NAME, message="Name must be 80 characters or fewer"),
    )
    email = Line(Length(max=LONGEST_EMAIL, message="Email address must be 254 characters or fewer"))
    text = Lines(
        Length(min=1, message="Tell us what went wrong"),
        Length(max=LONGEST_TEXT, message="Use 4,000 characters or fewer"),
    )
    key = HiddenField(validators=[Regexp(KEY)])

    def validate_email(self, field: StringField) -> None:
        """Ask for an address that can be written to: the answer goes there."""
        try:
            read_email(field.data)
        except ValueError as error:
            raise ValidationError(WRONG_EMAIL) from error


class AnswerForm(SignedForm):
    """What the studio answers; the guard of the desk has checked the token."""

    class Meta(SignedForm.Meta):
        """No token of its own."""

        csrf = False

    text = StringField(
        filters=[lambda text: (text or "").strip()],
        validators=[
            Length(min=1, message="Write the answer first"),
            Length(max=LONGEST_TEXT, message="Use 4,000 characters or fewer"),
        ],
    )
