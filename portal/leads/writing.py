"""Writes new rows straight, one statement a table: every form's road, past the unit of work."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert

from portal.extensions import db
from portal.leads.models import Activity, Enquiry, Lead
from portal.orm import Base


def write(row: Lead | Enquiry | Activity) -> None:
    """Insert a new row in the caller's transaction and give it its id."""
    statement = insert(type(row)).returning(type(row).id)
    row.id = db.session.connection().execute(statement, [_given(row)]).scalar_one()


def write_all(rows: Sequence[Base]) -> None:
    """Insert new rows of one kind that have the same columns given; their ids are not asked."""
    statement = insert(type(rows[0]))
    db.session.connection().execute(statement, [_given(row) for row in rows])


def _given(row: Base) -> dict[str, Any]:
    given = vars(row)
    columns = type(row).__table__.columns
    return {column.name: given[column.name] for column in columns if column.name in given}
