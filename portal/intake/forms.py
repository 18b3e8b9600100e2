"""What HTTP may send to the health check: the questions check their own answers, in screening."""

from flask import request
from wtforms import BooleanField, StringField
from wtforms.validators import AnyOf

from portal.csrf import SignedForm
from portal.intake.sheet import Submitted

HEARD = (("mistake", "It was a mistake"), ("right", "It is right"))


class PressForm(SignedForm):
    """A press of a button: nothing but the token that says the page was ours."""


class StartForm(SignedForm):
    """The agreement that comes before the first answer; its words are the page's own."""

    consent = BooleanField()


class SureForm(SignedForm):
    """One explicit word before an emergency answer is taken back."""

    sure = StringField(
        validators=[AnyOf(dict(HEARD), message="Select whether it was a mistake or it is right")]
    )


def context(public_id: str) -> str:
    """Return what a token on these pages is bound to: one person's health check."""
    return f"health-check:{public_id}"


def submitted() -> Submitted:
    """Return every control of the page just sent, with all its values."""
    return {name: request.form.getlist(name) for name in request.form if name != "csrf_token"}
