"""A person's copy of their data: one ZIP with the same content as JSON and as a page to read."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from flask import render_template
from sqlalchemy import select

from portal.extensions import db, settings
from portal.leads.models import Lead
from portal.mail.models import OutboxMail
from portal.passes import signing
from portal.passes.models import WaiverSignature
from portal.privacy import holdings
from portal.privacy.inventory import SEALED, WHO, Held, held, nobody, reasons
from portal.privacy.opening import opened
from portal.staff.models import Staff
from portal.vault import CannotOpenError
from portal.words import moment_words


@dataclass(frozen=True)
class Section:
    """One kind of data, as it is told: `rows` hold JSON values by the name of their column."""

    name: str
    title: str
    why: str
    rows: Sequence[Mapping[str, Any]]
    left_out: Mapping[str, str]


def archive(lead: Lead, *, at: datetime, withdrawn: bool = True) -> bytes:
    """Return the ZIP with all that is held about somebody, opened, and what is left out and why.

    What they took back is in it for themselves alone, never for staff who make it for them.
    """
    sections = tuple(_sections(lead, withdrawn=withdrawn))
    facts = {"made_at": at.isoformat(), "studio": settings().studio.name}
    whole = {**facts, "sections": [vars(section) for section in sections], "about": dict(nobody())}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("data.json", json.dumps(whole, indent=1, ensure_ascii=False))
        pack.writestr("data.html", _page(sections, at=at))
        for name, content in _documents(lead):
            pack.writestr(name, content)
    return out.getvalue()


def _page(sections: Sequence[Section], *, at: datetime) -> str:
    made_at = moment_words(at, settings().studio.zone)
    return render_template("privacy/copy.html", sections=sections, made_at=made_at)


def _sections(lead: Lead, *, withdrawn: bool) -> Iterator[Section]:
    colleagues = _names()
    for name, kind in held().items():
        rows = [row for row in holdings.rows(kind, lead, withdrawn=withdrawn) if not _is_ours(row)]
        yield Section(
            name=name,
            title=kind.title,
            why=kind.why,
            rows=[_told(kind, row, colleagues) for row in rows],
            left_out={
                column: reasons()[because]
                for column, because in kind.columns.items()
                if column not in kind.shown
            },
        )


def _told(kind: Held, row: Any, colleagues: Mapping[int, str]) -> Mapping[str, Any]:
    return {
        column: opened(row, column)
        if how == SEALED
        else _plain(colleagues.get(getattr(row, column)) if how == WHO else getattr(row, column))
        for column, how in kind.shown.items()
    }


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it; moments in ISO 8601, in UTC."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _is_ours(row: Any) -> bool:
    """Say whether this is a bell that rang at the studio, not a mail to the person."""
    return isinstance(row, OutboxMail) and row.recipient == settings().studio.email


def _documents(lead: Lead) -> Iterator[tuple[str, bytes]]:
    for row in holdings.rows(held()[WaiverSignature.__tablename__], lead):
        try:
            yield f"waiver-{row.id}.pdf", signing.document(row)
        except CannotOpenError:
            continue


def _names() -> Mapping[int, str]:
    return {staff.id: staff.name for staff in db.session.scalars(select(Staff))}
