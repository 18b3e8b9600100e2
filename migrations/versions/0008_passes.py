"""Day passes: who holds one, what they signed, and the one time it was used."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "day_pass",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("public_id", sa.String(length=43), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("enquiry_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("valid_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ready",
                "used",
                "returned",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("under_18", sa.Boolean(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("followed_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["enquiry_id"],
            ["enquiry.id"],
            name="fk_day_pass_enquiry_id_enquiry",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["staff.id"], name="fk_day_pass_given_by_id_staff", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name="fk_day_pass_lead_id_lead", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_day_pass"),
        sa.UniqueConstraint("code", name="uq_day_pass_code"),
        sa.UniqueConstraint("enquiry_id", name="uq_day_pass_enquiry_id"),
        sa.UniqueConstraint("public_id", name="uq_day_pass_public_id"),
    )
    op.create_index("ix_day_pass_valid_on_state", "day_pass", ["valid_on", "state", "id"])
    op.create_index("ix_day_pass_lead_id_id", "day_pass", ["lead_id", "id"])
    op.create_table(
        "pass_identity",
        sa.Column("who", sa.String(length=360), nullable=False),
        sa.Column("pass_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["pass_id"],
            ["day_pass.id"],
            name="fk_pass_identity_pass_id_day_pass",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("who", name="pk_pass_identity"),
    )
    op.create_index("ix_pass_identity_pass_id", "pass_identity", ["pass_id"])
    op.create_table(
        "waiver_signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=43), nullable=False),
        sa.Column("pass_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("pdf", sa.Text(), nullable=False),
        sa.Column("pdf_hash", sa.String(length=64), nullable=False),
        sa.Column("by_guardian", sa.Boolean(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["pass_id"],
            ["day_pass.id"],
            name="fk_waiver_signature_pass_id_day_pass",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_waiver_signature"),
        sa.UniqueConstraint("pass_id", "version", name="uq_waiver_signature_pass_id_version"),
        sa.UniqueConstraint("public_id", name="uq_waiver_signature_public_id"),
    )
    op.create_table(
        "redemption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pass_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("press", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["pass_id"], ["day_pass.id"], name="fk_redemption_pass_id_day_pass", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_redemption_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_redemption"),
        sa.UniqueConstraint("pass_id", name="uq_redemption_pass_id"),
    )
    op.create_index("ix_redemption_staff_id", "redemption", ["staff_id"])


def downgrade() -> None:
    op.drop_table("redemption")
    op.drop_table("waiver_signature")
    op.drop_table("pass_identity")
    op.drop_table("day_pass")
