"""A note that somebody uploads: judged by its own bytes, sealed, and handed out to keep only."""

import base64
import json
from dataclasses import dataclass

from portal.extensions import vault
from portal.referrals.models import Clearance, ClearanceFile

LARGEST = 5 * 1024 * 1024
TOO_LARGE = "The file must be smaller than 5 MB"
KINDS = (
    (b"%PDF-", "pdf", "application/pdf"),
    (b"\xff\xd8\xff", "jpg", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png", "image/png"),
)
TYPES = {kind: media_type for _, kind, media_type in KINDS}


@dataclass(frozen=True)
class Evidence:
    """A file that was sent, and what its first bytes say it is."""

    kind: str
    content: bytes


class NotEvidenceError(ValueError):
    """The file is empty, too large, or none of the kinds we take; the message says which."""


def inspect(content: bytes) -> Evidence:
    """Return what was sent; raise NotEvidenceError in words for the person."""
    if not content:
        raise NotEvidenceError("The file is empty. Choose another one")
    if len(content) > LARGEST:
        raise NotEvidenceError(TOO_LARGE)
    for opening, kind, _ in KINDS:
        if content.startswith(opening):
            return Evidence(kind, content)
    raise NotEvidenceError("The file must be a PDF, a JPEG or a PNG")


def keep(clearance: Clearance, evidence: Evidence) -> ClearanceFile:
    """Return the row that holds a note, sealed for its answer."""
    text = json.dumps(base64.b64encode(evidence.content).decode())
    file = ClearanceFile(
        public_id=clearance.public_id,
        clearance_id=clearance.id,
        kind=evidence.kind,
        size=len(evidence.content),
    )
    file.content = vault().seal(file.place, text, person=clearance.person)
    return file


def take_out(file: ClearanceFile) -> Evidence:
    """Return a note as it was sent."""
    text = vault().open(file.place, file.content)
    return Evidence(file.kind, base64.b64decode(json.loads(text)))
