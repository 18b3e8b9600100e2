"""What the pages about one's own data may send."""

from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import AnyOf, Length, Regexp

from portal.csrf import SignedForm
from portal.leads.address import AddressForm
from portal.leads.models import Purpose

LONGEST_TEXT = 4000
LONGEST_NAME = 80
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

    name = StringField(
        filters=[lambda text: (text or "").strip()],
        validators=[
            Length(min=1, message="Enter your name"),
            Length(max=LONGEST_NAME, message="Name must be 80 characters or fewer"),
        ],
    )
    email = AddressForm.email
    text = StringField(
        filters=[lambda text: (text or "").strip()],
        validators=[
            Length(min=1, message="Tell us what went wrong"),
            Length(max=LONGEST_TEXT, message="Use 4,000 characters or fewer"),
        ],
    )
    key = HiddenField(validators=[Regexp(KEY)])


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
