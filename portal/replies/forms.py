"""What the form under an article may send, and what is said when it will not do."""

from wtforms import BooleanField, StringField, ValidationError
from wtforms.validators import Length

from portal.leads.hygiene import leads_elsewhere
from portal.leads.keyed import LONGEST_EMAIL, LONGEST_NAME, NOT_TICKED, KeyedForm, Line, Lines
from portal.leads.models import Held
from portal.replies import sealing
from portal.replies.models import Doubt
from portal.replies.written import Written

LONGEST_TEXT = 2000
DOUBTS = {Held.TRAP: Doubt.TRAP, Held.HASTE: Doubt.HASTE, Held.BORROWED: Doubt.BORROWED}


class ReplyForm(KeyedForm):
    """Leave a reply."""

    text = Lines(
        Length(max=LONGEST_TEXT, message=f"Reply must be {LONGEST_TEXT:,} characters or fewer")
    )
    name = Line(Length(max=LONGEST_NAME, message="Name must be 80 characters or fewer"))
    email = Line(Length(max=LONGEST_EMAIL, message="Email address must be 254 characters or fewer"))
    tell = BooleanField(false_values=NOT_TICKED)

    def validate_text(self, field: StringField) -> None:
        """Ask for words."""
        if not field.data:
            raise ValidationError("Write your reply")

    def body_hash(self, slug: str) -> str:
        """Return what tells this form from another text under the same key."""
        sent = (self.name.data, self.email.data.lower(), self.text.data)
        return sealing.body_hash(slug, *sent, "tell" if self.tell.data else "")

    def written(self, slug: str) -> Written:
        """Return what a validated form leaves under an article."""
        assert self.read_email is not None  # noqa: S101 - for the type checker: it was validated
        return Written(
            slug=slug,
            key=self.key.data,
            name=self.name.data,
            email=self.read_email,
            text=self.text.data,
            tell=self.tell.data,
            body_hash=self.body_hash(slug),
            doubt=self._doubt(),
        )

    def _doubt(self) -> Doubt | None:
        """Return why this looks like spam: an address inside the writer's own email is none."""
        held = self.doubt
        if held is not None:
            return DOUBTS[held]
        return Doubt.LINKS if leads_elsewhere(self.text.data, name=self.name.data) else None
