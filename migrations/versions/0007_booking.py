"""The diary: coaches' hours, closures, bookings, the cells they own; and leads that are booked."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BEFORE = ("unfinished", "waiting", "contacted", "done", "not_now", "held")
AFTER = ("unfinished", "waiting", "contacted", "booked", "done", "not_now", "held")


def upgrade() -> None:
    _allow_statuses(AFTER)
    _hours()
    _studio()
    _bookings()


def downgrade() -> None:
    for name in (
        "booked_cell",
        "booking",
        "booking_rules",
        "studio_closure",
        "coach_exception",
        "coach_hours",
        "coach_profile",
    ):
        op.drop_table(name)
    op.execute("UPDATE lead SET status = 'done' WHERE status = 'booked'")
    _allow_statuses(BEFORE)


def _allow_statuses(allowed: tuple[str, ...]) -> None:
    """Let a lead's status be one of these; SQLite writes the table anew for that."""
    name, words = op.f("ck_lead_status"), ", ".join(repr(word) for word in allowed)
    with op.batch_alter_table("lead") as lead:
        lead.drop_constraint(name, type_="check")
        lead.create_check_constraint(name, sa.text(f"status IN ({words})"))


def _kind(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _hours() -> None:
    op.create_table(
        "coach_profile",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("bookable", sa.Boolean(), nullable=False),
        sa.Column("intro", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_coach_profile_staff_id_staff", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", name="pk_coach_profile"),
    )
    op.create_table(
        "coach_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.Column("break_from", sa.Integer(), nullable=True),
        sa.Column("break_to", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_coach_hours_staff_id_staff", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_coach_hours"),
        sa.UniqueConstraint("staff_id", "weekday", name="uq_coach_hours_staff_id_weekday"),
    )
    op.create_table(
        "coach_exception",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=True),
        sa.Column("closes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name="fk_coach_exception_staff_id_staff",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_coach_exception"),
        sa.UniqueConstraint("staff_id", "day", name="uq_coach_exception_staff_id_day"),
    )


def _studio() -> None:
    op.create_table(
        "studio_closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("source", _kind("source", "holiday", "own"), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"],
            ["staff.id"],
            name="fk_studio_closure_confirmed_by_id_staff",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_studio_closure"),
        sa.UniqueConstraint("day", name="uq_studio_closure_day"),
    )
    op.create_table(
        "booking_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in (
                "length",
                "every",
                "buffer_before",
                "buffer_after",
                "notice",
                "horizon_days",
                "capacity",
                "remind_first",
                "remind_last",
            )
        ),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_booking_rules"),
    )


def _bookings() -> None:
    live = sa.text("state = 'booked'")
    states = ("booked", "cancelled", "arrived", "arrived_late", "no_show")
    op.create_table(
        "booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=43), nullable=False),
        sa.Column("uid", sa.String(length=120), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("enquiry_id", sa.Integer(), nullable=True),
        sa.Column("coach_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", _kind("place", "in_person", "phone"), nullable=False),
        sa.Column("their_zone", sa.String(length=64), nullable=True),
        sa.Column("state", _kind("state", *states), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("because", sa.String(length=200), nullable=True),
        sa.Column("booked_by_id", sa.Integer(), nullable=True),
        sa.Column("recovered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name="fk_booking_lead_id_lead", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["enquiry_id"], ["enquiry.id"], name="fk_booking_enquiry_id_enquiry", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["coach_id"], ["staff.id"], name="fk_booking_coach_id_staff"),
        sa.ForeignKeyConstraint(
            ["booked_by_id"],
            ["staff.id"],
            name="fk_booking_booked_by_id_staff",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_booking"),
        sa.UniqueConstraint("public_id", name="uq_booking_public_id"),
        sa.UniqueConstraint("uid", name="uq_booking_uid"),
    )
    op.create_index(
        "uq_booking_live_lead",
        "booking",
        ["lead_id"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
    op.create_index("ix_booking_lead_id_id", "booking", ["lead_id", "id"])
    op.create_index("ix_booking_starts_at_id", "booking", ["starts_at", "id"])
    op.create_index("ix_booking_enquiry_id", "booking", ["enquiry_id"])
    op.create_index("ix_booking_coach_id", "booking", ["coach_id"])
    op.create_table(
        "booked_cell",
        sa.Column("coach_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["coach_id"], ["staff.id"], name="fk_booked_cell_coach_id_staff", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["booking.id"],
            name="fk_booked_cell_booking_id_booking",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("coach_id", "starts_at", "seat", name="pk_booked_cell"),
    )
    op.create_index("ix_booked_cell_booking_id", "booked_cell", ["booking_id"])
