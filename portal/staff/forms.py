"""What the sign-in page may send."""

from typing import Any

from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import InputRequired, Length

from portal.csrf import SignedForm
from portal.staff import passwords

LONGEST_EMAIL = 320
WRONG = "That email and password do not go together. Check both and try again"


class SignInForm(SignedForm):
    """Who wants in, where they were going, and what their session ended on: see `unsent`."""

    class Meta(SignedForm.Meta):
        """A token of its own: one from a public form does not sign anybody in."""

        csrf_context = "sign-in"

    email = EmailField(
        "Email",
        filters=[lambda text: (text or "").replace("\0", "")],
        validators=[
            InputRequired("Enter your email address"),
            Length(max=LONGEST_EMAIL, message="Enter your email address"),
        ],
    )
    password = PasswordField(
        "Password",
        validators=[
            InputRequired("Enter your password"),
            Length(max=passwords.LONGEST, message=WRONG),
        ],
    )
    next = HiddenField()
    unsent = HiddenField()

    def refuse(self, words: str) -> None:
        """Show why nobody was signed in, without saying which of the two was wrong."""
        self.email.errors = [*self.email.errors, words]

    @property
    def address(self) -> str:
        """Return the email as accounts keep it."""
        typed: Any = self.email.data
        return str(typed or "").strip().lower()
