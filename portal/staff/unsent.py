"""What somebody typed as their session ended: kept in the sign-in page, sealed, for them alone."""

import json
from dataclasses import dataclass
from typing import Self

from flask import request

from portal.extensions import vault
from portal.staff.models import Staff
from portal.vault import CannotOpenError


@dataclass(frozen=True)
class Unsent:
    """A form that went nowhere: the path it was sent to, and its fields without their token."""

    path: str
    typed: list[tuple[str, str]]

    @classmethod
    def of_request(cls) -> Self:
        """Return the form of this request. A chosen file is not in it: browsers keep none."""
        pairs = request.form.items(multi=True)
        return cls(request.path, [pair for pair in pairs if pair[0] != "csrf_token"])

    def seal(self, staff: Staff) -> str:
        """Return it as text that only the server opens, and only when this person is signed in."""
        return vault().seal(_place(staff), json.dumps([self.path, self.typed], ensure_ascii=False))

    @classmethod
    def opened(cls, sealed: str | None, staff: Staff) -> Self | None:
        """Return what `seal` made for this person, else None."""
        try:
            path, typed = json.loads(vault().open(_place(staff), sealed or ""))
        except CannotOpenError:
            return None
        return cls(path, [(name, text) for name, text in typed])


def _place(staff: Staff) -> str:
    return f"unsent:{staff.id}"
