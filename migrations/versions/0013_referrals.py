"""Referrals: one for a lead, its letters' return links, what came back, and who opened a letter."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATES = ("advised", "letter_taken", "received", "cleared", "limited", "not_cleared", "expired")


def _enum(*values: str, name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _time(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key(table: str, column: str, other: str, **options: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{other}"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, **options)


def upgrade() -> None:
    op.create_table(
        "referral",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=43), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("state", _enum(*STATES, name="state"), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("leaves", sa.String(length=20), nullable=False),
        _time("advised_at"),
        _time("taken_at", nullable=True),
        _time("received_at", nullable=True),
        _time("verified_at", nullable=True),
        sa.Column("verified_by_id", sa.Integer(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("seen_on", sa.Date(), nullable=True),
        sa.Column("seen_where", sa.Text(), nullable=True),
        _time("seen_noted_at", nullable=True),
        sa.Column("seen_by_id", sa.Integer(), nullable=True),
        _time("silent_since"),
        sa.Column("follow_ups", sa.Integer(), nullable=False),
        _key("referral", "lead_id", "lead", ondelete="CASCADE"),
        _key("referral", "decision_id", "decision", ondelete="CASCADE"),
        _key("referral", "verified_by_id", "staff"),
        _key("referral", "seen_by_id", "staff"),
        sa.PrimaryKeyConstraint("id", name="pk_referral"),
        sa.UniqueConstraint("lead_id", name="uq_referral_lead_id"),
        sa.UniqueConstraint("public_id", name="uq_referral_public_id"),
    )
    op.create_index("ix_referral_decision_id", "referral", ["decision_id"])
    op.create_index("ix_referral_state_silent_since", "referral", ["state", "silent_since"])
    op.create_index("ix_referral_state_expires_on", "referral", ["state", "expires_on"])
    op.create_table(
        "return_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        _time("made_at"),
        _time("ends_at"),
        _time("used_at", nullable=True),
        _time("revoked_at", nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        _key("return_link", "referral_id", "referral", ondelete="CASCADE"),
        _key("return_link", "revoked_by_id", "staff"),
        sa.PrimaryKeyConstraint("id", name="pk_return_link"),
        sa.UniqueConstraint("public_id", name="uq_return_link_public_id"),
    )
    op.create_index("ix_return_link_referral_id_id", "return_link", ["referral_id", "id"])
    op.create_table(
        "clearance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=43), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("source", _enum("professional", "person", name="source"), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("agreed", sa.Text(), nullable=True),
        _time("received_at"),
        _key("clearance", "referral_id", "referral", ondelete="CASCADE"),
        _key("clearance", "link_id", "return_link", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_clearance"),
        sa.UniqueConstraint("link_id", name="uq_clearance_link_id"),
        sa.UniqueConstraint("public_id", name="uq_clearance_public_id"),
    )
    op.create_index("ix_clearance_referral_id_id", "clearance", ["referral_id", "id"])
    op.create_table(
        "clearance_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=43), nullable=False),
        sa.Column("clearance_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        _key("clearance_file", "clearance_id", "clearance", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_clearance_file"),
        sa.UniqueConstraint("clearance_id", name="uq_clearance_file_clearance_id"),
        sa.UniqueConstraint("public_id", name="uq_clearance_file_public_id"),
    )
    op.create_table(
        "letter_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("through", sa.String(length=20), nullable=False),
        _time("at"),
        _key("letter_reading", "referral_id", "referral", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_letter_reading"),
    )
    op.create_index("ix_letter_reading_referral_id", "letter_reading", ["referral_id"])
    _refer_whom_we_referred_before()


def _refer_whom_we_referred_before() -> None:
    """Give everybody whose last decision refers them a referral; nobody is written to for it."""
    op.execute(
        "INSERT INTO referral (public_id, lead_id, decision_id, state, round, leaves, advised_at,"
        " silent_since, follow_ups)"
        " SELECT decision.public_id, enquiry.lead_id, decision.id, 'advised', 1, 'none',"
        " decision.decided_at, decision.decided_at, 2"
        " FROM decision JOIN intake ON decision.intake_id = intake.id"
        " JOIN enquiry ON intake.enquiry_id = enquiry.id"
        " WHERE decision.disposition IN ('EMERGENCY', 'URGENT', 'REFERRAL') AND decision.id IN"
        " (SELECT max(d.id) FROM decision d JOIN intake i ON d.intake_id = i.id"
        " JOIN enquiry e ON i.enquiry_id = e.id GROUP BY e.lead_id)"
    )


def downgrade() -> None:
    for table in ("letter_reading", "clearance_file", "clearance", "return_link", "referral"):
        op.drop_table(table)
