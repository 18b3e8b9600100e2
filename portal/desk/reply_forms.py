"""What the buttons of a reply may send, besides the version that the person saw."""

from collections.abc import Mapping

from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from portal.desk.forms import PressForm
from portal.leads.hygiene import several_lines
from portal.replies.forms import LONGEST_TEXT

TOO_LONG = f"Use {LONGEST_TEXT:,} characters or fewer"


class ReplyPress(PressForm):
    """A button that needs no words."""

    @property
    def problems(self) -> Mapping[str, str]:
        """Return the first problem of each field that has one."""
        return {name: str(errors[0]) for name, errors in self.errors.items()}

    @property
    def words(self) -> Mapping[str, str]:
        """Return what was typed, for the action."""
        return {}


def _words(missing: str) -> TextAreaField:
    """Return a field for several lines of plain text; `missing` is said when it is empty."""
    return TextAreaField(
        filters=[lambda text: several_lines(text or "")],
        validators=[DataRequired(missing), Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )


class WordsForm(ReplyPress):
    """The words of a reply as everybody may read them."""

    text = _words("Leave some words, or put the reply aside")

    @property
    def words(self) -> Mapping[str, str]:
        """Return the words for everybody."""
        return {"text": self.text.data}


class AnswerForm(ReplyPress):
    """The studio's answer."""

    answer = _words("Write the answer first")

    @property
    def words(self) -> Mapping[str, str]:
        """Return the words of the answer."""
        return {"text": self.answer.data}
