"""What the person may send from their own page."""

from typing import Any

from flask import request
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import (
    AnyOf,
    InputRequired,
    NumberRange,
    Optional,
    StopValidation,
)

from portal.csrf import SignedForm
from portal.onboarding.models import Plan
from portal.onboarding.notices import HOURS
from portal.onboarding.planning.sessions import DONE, FELT
from portal.onboarding.signs import signs

MOST = 10
NONE, CHANGED = "none", "changed"
CHOOSE_PAIN = "Select how much it hurt while you did it, 0 if not at all"
CHOOSE_SIGN = 'Select what is new, or select "None of these"'
BOTH = 'Select what is new, or select "None of these", not both'


def context(plan: Plan) -> str:
    """Return what a token on these pages is bound to: one person's plan."""
    return f"plan:{plan.public_id}"


class PressForm(SignedForm):
    """A press of a button."""


def _unless_left_out(form: Any, field: Any) -> None:
    """Ask for no pain of what was left out; told all the same, it counts."""
    if form.done.data == "none" and not field.raw_data:
        raise StopValidation


class ExerciseForm(SignedForm):
    """How one exercise was."""

    done = StringField(validators=[AnyOf(DONE, message="Select how much of it you did")])
    pain = IntegerField(
        validators=[
            _unless_left_out,
            InputRequired(CHOOSE_PAIN),
            NumberRange(0, MOST, message=CHOOSE_PAIN),
        ]
    )
    felt = StringField(validators=[AnyOf(FELT, message="Select how it felt")])
    sharp = BooleanField()

    @property
    def told(self) -> dict[str, Any]:
        """Return it as the session keeps it."""
        return {name: self[name].data for name in ("done", "pain", "felt", "sharp")}


class EndForm(SignedForm):
    """How sure somebody feels at the end of a session."""

    confidence = IntegerField(
        validators=[Optional(), NumberRange(0, MOST, message="Select 0 to 10")]
    )


class MorningForm(SignedForm):
    """Whether the morning after the session of a day was back to usual."""

    day = StringField(validators=[InputRequired("Say which session it was")])
    settled = StringField(validators=[AnyOf(["yes", "no"], message="Select yes or not yet")])


class RemindForm(SignedForm):
    """At which hour a reminder may come, or none."""

    hour = StringField(
        validators=[AnyOf([*map(str, HOURS), NONE], message="Select one of the choices")]
    )


class SignsForm(SignedForm):
    """What is new, read from the boxes that were ticked."""

    ticks = StringField()

    @property
    def ticked(self) -> list[str]:
        """Return the boxes, in the order of the page."""
        return request.form.getlist("ticks")

    def problem(self) -> str:
        """Return what is wrong with the boxes, empty when nothing is."""
        known = {NONE, CHANGED, *(sign.key for sign in signs())}
        if not self.ticked or not set(self.ticked) <= known:
            return CHOOSE_SIGN
        return BOTH if NONE in self.ticked and len(self.ticked) > 1 else ""
