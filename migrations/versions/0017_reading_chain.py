"""The log of readings becomes a chain of hashes that outlives what it names."""

import hashlib
import json
from datetime import UTC

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

OLD = sa.table(
    "reading",
    sa.column("id", sa.Integer),
    sa.column("staff_id", sa.Integer),
    sa.column("decision_id", sa.Integer),
    sa.column("page", sa.String),
    sa.column("at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    kept = op.get_bind().execute(_with_lead()).all()
    op.drop_table("reading")
    op.create_table(
        "reading",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("page", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reading"),
        sa.UniqueConstraint("previous", name="uq_reading_previous"),
    )
    for column in ("staff_id", "lead_id", "decision_id"):
        op.create_index(f"ix_reading_{column}", "reading", [column])
    new = sa.table(
        "reading",
        *(sa.column(each.name, each.type) for each in OLD.columns),
        sa.column("lead_id", sa.Integer),
        sa.column("previous", sa.String),
        sa.column("hash", sa.String),
    )
    rows = _chained(kept)
    if rows:
        op.bulk_insert(new, rows)


def downgrade() -> None:
    decision = sa.table("decision", sa.column("id", sa.Integer))
    there = sa.select(decision.c.id)
    kept = op.get_bind().execute(sa.select(OLD).where(OLD.c.decision_id.in_(there))).all()
    op.drop_table("reading")
    op.create_table(
        "reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision.id"],
            name="fk_reading_decision_id_decision",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_reading_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_reading"),
    )
    op.create_index("ix_reading_decision_id", "reading", ["decision_id"])
    op.create_index("ix_reading_staff_id", "reading", ["staff_id"])
    if kept:
        fields = ("staff_id", "decision_id", "page", "at")
        op.bulk_insert(OLD, [{name: getattr(row, name) for name in fields} for row in kept])


def _with_lead() -> sa.Select:
    decision, intake, enquiry = (
        sa.table(name, sa.column("id", sa.Integer), sa.column(above, sa.Integer))
        for name, above in (
            ("decision", "intake_id"),
            ("intake", "enquiry_id"),
            ("enquiry", "lead_id"),
        )
    )
    return (
        sa.select(OLD, enquiry.c.lead_id)
        .join(decision, decision.c.id == OLD.c.decision_id)
        .join(intake, intake.c.id == decision.c.intake_id)
        .join(enquiry, enquiry.c.id == intake.c.enquiry_id)
        .order_by(OLD.c.id)
    )


def _chained(kept: list) -> list[dict]:
    rows, previous = [], "0" * 64
    for number, row in enumerate(kept, 1):
        at = row.at.replace(tzinfo=UTC) if row.at.tzinfo is None else row.at.astimezone(UTC)
        moment = at.isoformat(timespec="microseconds")
        fields = [previous, number, row.staff_id, row.lead_id, row.decision_id, row.page, moment]
        text = json.dumps(fields, separators=(",", ":"))
        made = hashlib.sha256(text.encode()).hexdigest()
        names = ("previous", "id", "staff_id", "lead_id", "decision_id", "page")
        rows.append(dict(zip(names, fields, strict=False)) | {"at": at, "hash": made})
        previous = made
    return rows
