"""What a change to a plan may send; the guard has checked the token before any of it is read."""

from flask_wtf import FlaskForm
from wtforms import DecimalField, IntegerField, StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange

from portal.onboarding import planning

LONGEST_REASON = 200
NO_NUMBER = "Minutes must be a number, like 2"
WHY = "Say why in a few words: the reason stays with the plan"


def _words(text: str | None) -> str:
    return " ".join((text or "").split())


class PressForm(FlaskForm):
    """A press: nothing but the version that the coach saw."""

    class Meta(FlaskForm.Meta):
        """No token of its own."""

        csrf = False

    version = IntegerField(validators=[InputRequired()])


class ReasonForm(PressForm):
    """A change and why."""

    because = StringField(
        filters=[_words],
        validators=[
            DataRequired(WHY),
            Length(max=LONGEST_REASON, message=f"Use {LONGEST_REASON} characters or fewer"),
        ],
    )


class MoveForm(ReasonForm):
    """Another place in the order, the first being 1."""

    place = IntegerField(
        validators=[InputRequired("Select a place"), NumberRange(1, message="Select a place")]
    )


class SwapForm(ReasonForm):
    """Another exercise in the place of one."""

    to = StringField(validators=[AnyOf(list(planning.EXERCISES), message="Select an exercise")])


class AdjustForm(ReasonForm):
    """Another level or dose."""

    level = IntegerField(validators=[InputRequired("Select a level"), NumberRange(1, 4)])
    dose = StringField(
        filters=[_words],
        validators=[Length(max=80, message="Dose must be 80 characters or fewer")],
    )


class AddForm(ReasonForm):
    """An exercise of the library."""

    exercise = StringField(
        validators=[AnyOf(list(planning.EXERCISES), message="Select an exercise")]
    )


class MinutesField(DecimalField):
    """A length in minutes, typed with a point or a comma."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed; raise ValueError in our own words."""
        try:
            super().process_formdata([value.replace(",", ".") for value in valuelist])
        except ValueError:
            raise ValueError(NO_NUMBER) from None


class OwnForm(ReasonForm):
    """An exercise of the coach's own."""

    name = StringField(filters=[_words], validators=[DataRequired("Name it"), Length(max=60)])
    how = TextAreaField(
        filters=[_words], validators=[DataRequired("Say how it is done"), Length(max=300)]
    )
    dose = StringField(
        filters=[_words], validators=[DataRequired("Say how much, like 2 x 8"), Length(max=80)]
    )
    minutes = MinutesField(
        validators=[
            InputRequired("Say how long it takes, in minutes"),
            NumberRange(0.5, 15, message="Minutes must be between 0.5 and 15"),
        ]
    )
