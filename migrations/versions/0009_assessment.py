"""The consult: what a coach and a person went through, sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=43), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("coach_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("book_version", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["coach_id"], ["staff.id"], name="fk_assessment_coach_id_staff"),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name="fk_assessment_lead_id_lead", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_assessment"),
        sa.UniqueConstraint("public_id", name="uq_assessment_public_id"),
    )
    op.create_index("ix_assessment_coach_id", "assessment", ["coach_id"])
    op.create_index("ix_assessment_lead_id_id", "assessment", ["lead_id", "id"])


def downgrade() -> None:
    op.drop_table("assessment")
