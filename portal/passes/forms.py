"""What HTTP may send about a pass: a day, a signature, or a bare press."""

from datetime import date
from typing import Any

from wtforms import BooleanField, StringField, ValidationError
from wtforms.validators import AnyOf

from portal.csrf import SignedForm
from portal.leads.hygiene import one_line
from portal.passes.models import DayPass
from portal.passes.signing import Signer
from portal.passes.waiver import WHO

LONGEST_NAME = 80
NO_DAY = "Select which day you would like to come"
ANOTHER_DAY = "Select one of the days in the list"
WHO_SIGNS = "Select that you sign for them, or leave out how you are related"
READ_AGAIN = "The text has changed since you opened this page. Read it and sign again."


def context(day_pass: DayPass) -> str:
    """Return what a token on these pages is bound to: one pass."""
    return f"pass:{day_pass.public_id}"


class PressForm(SignedForm):
    """A press of a button: nothing but the token that says the page was ours."""


class DayForm(SignedForm):
    """The day of a visit; `chosen` means something once it is valid.

    Whether the studio is open then is asked where the pass is written.
    """

    day = StringField(default="")

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.chosen = date.min

    def validate_day(self, field: StringField) -> None:
        """Ask for a day."""
        try:
            self.chosen = date.fromisoformat(field.data or "")
        except ValueError as error:
            raise ValidationError(NO_DAY) from error


class WaiverForm(SignedForm):
    """A typed name under the waiver; a guardian also says how they are related."""

    who = StringField(default="self")
    signed_name = StringField(filters=[lambda text: one_line(text or "")])
    relation = StringField(filters=[lambda text: one_line(text or "")])
    agree = BooleanField()
    version = StringField(default="")

    def __init__(self, *, under_18: bool, version: str, **options: Any) -> None:
        super().__init__(**options)
        self.by_guardian = under_18 or self.who.data == "guardian"
        self.under_18, self._today = under_18, version
        if not under_18:
            self.who.validators = [AnyOf(WHO, message="Select who signs")]

    def validate_who(self, field: StringField) -> None:
        """Ask whoever says how they are related whether they sign for somebody."""
        if not self.under_18 and field.data == "self" and self.relation.data:
            raise ValidationError(WHO_SIGNS)

    def validate_signed_name(self, field: StringField) -> None:
        """Ask for a name; what is kept is what was typed."""
        if not field.data:
            raise ValidationError("Type your full name to sign")
        if len(field.data) > LONGEST_NAME:
            raise ValidationError(f"Name must be {LONGEST_NAME} characters or fewer")

    def validate_relation(self, field: StringField) -> None:
        """Ask a guardian what they are to the visitor."""
        if self.by_guardian and not field.data:
            raise ValidationError("Enter how you are related, like mother or guardian")
        if len(field.data or "") > LONGEST_NAME:
            raise ValidationError(f"Relation must be {LONGEST_NAME} characters or fewer")

    def validate_agree(self, field: BooleanField) -> None:
        """Ask for the box."""
        if not field.data:
            raise ValidationError("Select the box to say that you have read this and agree")

    def validate_version(self, field: StringField) -> None:
        """Treat a text that has changed meanwhile as not read."""
        if field.data != self._today:
            raise ValidationError(READ_AGAIN)

    @property
    def signer(self) -> Signer:
        """Return who signed, once the form is valid."""
        relation = str(self.relation.data) if self.by_guardian else ""
        return Signer(str(self.signed_name.data), relation)
