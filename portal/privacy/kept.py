"""The signed waivers that the law makes a studio keep after their person was erased."""

import json
from base64 import b64decode
from collections.abc import Sequence

from sqlalchemy import select

from portal.extensions import db, vault
from portal.privacy.models import KeptDocument


def every() -> Sequence[KeptDocument]:
    """Return every kept document, the newest first; whose they are stays sealed."""
    return db.session.scalars(
        select(KeptDocument).order_by(KeptDocument.signed_at.desc(), KeptDocument.id.desc())
    ).all()


def pdf(document_id: int) -> bytes:
    """Return one document; raise NoResultFound, or CannotOpenError when its key is gone."""
    found = db.session.scalars(select(KeptDocument).where(KeptDocument.id == document_id)).one()
    return b64decode(json.loads(vault().open(found.place, found.content))["pdf"])
