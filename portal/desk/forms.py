"""What a press at the desk may send: the version that was on the screen, and one choice.

The guard has checked the form's token before any of these is read.
"""

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange

from portal.desk.calls import NotNow, Outcome
from portal.ids import LARGEST

LONGEST_NOTE = 1000
LONGEST_ANSWER = 2000
EVERYBODY = "everybody"


class PressForm(FlaskForm):
    """A button: nothing but the version that the person saw."""

    class Meta(FlaskForm.Meta):
        """No token of its own."""

        csrf = False

    version = IntegerField(validators=[InputRequired(), NumberRange(0, LARGEST)])


class CallForm(PressForm):
    """How a call went."""

    outcome = StringField(validators=[AnyOf(list(Outcome))])


class NotNowForm(PressForm):
    """Why a lead is put away."""

    because = StringField(validators=[AnyOf(list(NotNow))])


class ChoiceForm(PressForm):
    """One of the choices of the moment: until when, or to whom."""

    choice = StringField()

    def __init__(self, choices: Iterable[str], **options: Any) -> None:
        super().__init__(**options)
        self.choice.validators = [AnyOf(list(choices))]


class NoteForm(PressForm):
    """A note, read by everybody at the desk."""

    text = TextAreaField(
        filters=[lambda text: (text or "").strip()],
        validators=[
            DataRequired("Write the note first"),
            Length(max=LONGEST_NOTE, message=f"Note must be {LONGEST_NOTE} characters or fewer"),
        ],
    )


class KeyedNoteForm(NoteForm):
    """A note with the key that makes it exist once."""

    key = StringField(validators=[DataRequired(), Length(max=64)])


class AnswerForm(PressForm):
    """An answer in a chat.

    `insert` asks for the ready text `canned` instead of sending, `way` sends that way on instead of
    what is typed.
    """

    key = StringField(validators=[DataRequired(), Length(max=64)])
    insert = StringField()
    canned = StringField()
    way = StringField()
    text = TextAreaField(
        filters=[lambda text: (text or "").strip()],
        validators=[
            DataRequired("Write the answer first"),
            Length(max=LONGEST_ANSWER, message=f"Answer in {LONGEST_ANSWER} characters or fewer"),
        ],
    )
