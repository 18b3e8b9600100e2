"""What HTTP may send about a referral: a press, a professional's answer, or a person's word."""

from datetime import date
from typing import Any

from wtforms import BooleanField, StringField, ValidationError
from wtforms.validators import AnyOf, Length

from portal.clock import now
from portal.csrf import SignedForm
from portal.leads.hygiene import one_line
from portal.referrals.answer import LIMITS, NOT_NOW, OK, RANGES, TOLD, Answer, Limits
from portal.referrals.queries import today

LONGEST_LINE, LONGEST_NOTE, HEAVIEST = 80, 1000, 500
CHOICES = (
    (OK, "OK to start as planned"),
    (LIMITS, "OK, within limits", "Fill in the limits below"),
    (NOT_NOW, "Not now"),
)
RANGE_CHOICES = tuple(RANGES.items())
NO_LIMIT = "Give at least one limit, or select OK to start as planned"


def context(public_id: str) -> str:
    """Return what a token on these pages is bound to: one referral, or one return link."""
    return f"referral:{public_id}"


def lines(text: str | None) -> str:
    """Return a text of several lines as it is kept, each line without what cannot be seen."""
    return "\n".join(one_line(line) for line in (text or "").splitlines()).strip()


class PressForm(SignedForm):
    """A press of a button: nothing but the token that says the page was ours."""


class LimitFields:
    """The limits that a professional names and a coach settles on; `read_limits` once valid."""

    no_impact = BooleanField()
    max_load_kg = StringField(filters=[lambda text: one_line(text or "")])
    range = StringField(
        default="full", validators=[AnyOf(RANGES, message="Select a range of movement")]
    )
    other = StringField(
        filters=[lambda text: one_line(text or "")],
        validators=[Length(max=200, message="Other limits must be 200 characters or fewer")],
    )
    until = StringField(filters=[lambda text: (text or "").strip()])

    def validate_max_load_kg(self, field: StringField) -> None:
        """Take whole kilograms, or nothing."""
        text = str(field.data or "").lower().removesuffix("kg").strip()
        if text and not (text.isascii() and text.isdecimal() and int(text) <= HEAVIEST):
            raise ValidationError(f"Weight must be a whole number of kilograms, 0 to {HEAVIEST}")
        field.data = text

    def validate_until(self, field: StringField) -> None:
        """Take a day that has not gone by, or nothing."""
        if not field.data:
            return
        try:
            day = date.fromisoformat(field.data)
        except ValueError as error:
            raise ValidationError("Enter the day as year, month and day") from error
        if day < today(now()):
            raise ValidationError("The day must be today or later")

    def read_limits(self) -> Limits:
        """Return the limits."""
        load = self.max_load_kg.data
        return Limits(
            no_impact=bool(self.no_impact.data),
            max_load_kg=int(load) if load else None,
            range=str(self.range.data),
            other=str(self.other.data),
        )

    @property
    def last_day(self) -> date | None:
        """Return the last day, None when none was given."""
        return date.fromisoformat(self.until.data) if self.until.data else None


class ReturnForm(LimitFields, SignedForm):
    """A professional's answer: who they are in words, and OK, OK within limits, or not now."""

    name = StringField(filters=[lambda text: one_line(text or "")])
    role = StringField(filters=[lambda text: one_line(text or "")])
    practice = StringField(filters=[lambda text: one_line(text or "")])
    says = StringField(
        validators=[AnyOf([each[0] for each in CHOICES], message="Select your answer")]
    )
    note = StringField(filters=[lines])

    def validate_name(self, field: StringField) -> None:
        """Ask who answers."""
        _ask(field, "Enter your name", "Name")

    def validate_role(self, field: StringField) -> None:
        """Ask in what role."""
        _ask(field, "Enter your role, like physical therapist", "Role")

    def validate_practice(self, field: StringField) -> None:
        """Ask where they work."""
        _ask(field, "Enter your practice or where you work", "Practice")

    def validate_note(self, field: StringField) -> None:
        """Keep a note short."""
        _keep_short(field)

    def validate_no_impact(self, field: BooleanField) -> None:  # noqa: ARG002
        """Ask for a limit where there are said to be some."""
        named = (self.no_impact.data, self.max_load_kg.data, self.other.data)
        if self.says.data == LIMITS and not any(named) and self.range.data in {"full", None}:
            raise ValidationError(NO_LIMIT)

    @property
    def answer(self) -> Answer:
        """Return what was answered, once the form is valid; limits count only where chosen."""
        return Answer(
            says=str(self.says.data),
            name=str(self.name.data),
            role=str(self.role.data),
            practice=str(self.practice.data),
            limits=self.read_limits() if self.says.data == LIMITS else Limits(),
            until=None if self.says.data == NOT_NOW else self.last_day,
            note=str(self.note.data),
        )


class ToldForm(SignedForm):
    """A person's own word that they were given the OK: in words, as a file, or both."""

    name = StringField(filters=[lambda text: one_line(text or "")])
    note = StringField(filters=[lines])

    def __init__(self, *, has_file: bool, **options: Any) -> None:
        super().__init__(**options)
        self._has_file = has_file

    def validate_name(self, field: StringField) -> None:
        """Keep a name short."""
        if len(field.data or "") > LONGEST_LINE:
            raise ValidationError(f"Name must be {LONGEST_LINE} characters or fewer")

    def validate_note(self, field: StringField) -> None:
        """Ask for one of the two."""
        if not field.data and not self._has_file:
            raise ValidationError("Write what they said, or choose a file with their note")
        _keep_short(field)

    @property
    def answer(self) -> Answer:
        """Return what was said."""
        return Answer(says=TOLD, name=str(self.name.data), note=str(self.note.data))


def _ask(field: StringField, words: str, label: str) -> None:
    if not field.data:
        raise ValidationError(words)
    if len(field.data) > LONGEST_LINE:
        raise ValidationError(f"{label} must be {LONGEST_LINE} characters or fewer")


def _keep_short(field: StringField) -> None:
    if len(field.data or "") > LONGEST_NOTE:
        raise ValidationError(f"Note must be {LONGEST_NOTE} characters or fewer")
