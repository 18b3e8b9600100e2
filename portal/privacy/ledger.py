"""The ledger of erasures: hashes in a file apart from the database, which no old backup undoes.

A line is written, and on disk, before anything is deleted: an erasure cut short is carried out by
the next replay. The database keeps the same hashes; what the file knows and the database does not
was erased after the backup that stands there now.
"""

import hashlib
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from portal.extensions import settings
from portal.leads.models import Lead


def person_hash(ref: str, created_at: datetime) -> str:
    """Return the hash of somebody: of two random facts that only their own row holds."""
    return hashlib.sha256(f"{ref}|{created_at.astimezone(UTC).isoformat()}".encode()).hexdigest()


def hash_of(lead: Lead) -> str:
    """Return the hash of a lead."""
    return person_hash(lead.ref, lead.created_at)


def note(hashes: Iterable[str], *, because: str, at: datetime) -> None:
    """Write erasures down and return once they are on disk.

    They begin on a line of their own: the one before may be torn, and would take the first with it.
    """
    lines = "".join(f"\n{each} {because} {at.isoformat()}" for each in hashes)
    if not lines:
        return
    number = os.open(_file(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(number, "a") as file:
        file.write(f"{lines}\n")
        file.flush()
        os.fsync(file.fileno())


def read() -> dict[str, str]:
    """Return why each hash of the file was erased; a line torn by a power cut is left out."""
    if not _file().exists():
        return {}
    lines = (line.split() for line in _file().read_text().splitlines())
    return {line[0]: line[1] for line in lines if len(line) == len(("hash", "because", "at"))}


def _file() -> Path:
    return settings().erasure_ledger
