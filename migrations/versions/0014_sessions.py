"""Sessions of a plan, what a coach is asked to look at, and the hour of a reminder."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

OPEN = sa.text("closed_at IS NULL")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("plan", sa.Column("remind_hour", sa.Integer(), nullable=True))
    op.create_table(
        "session_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=43), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("morning_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name="fk_session_log_plan_id_plan", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_session_log"),
        sa.UniqueConstraint("plan_id", "day", name="uq_session_log_plan_id_day"),
        sa.UniqueConstraint("public_id", name="uq_session_log_public_id"),
    )
    op.create_table(
        "plan_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=43), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["closed_by_id"],
            ["staff.id"],
            name="fk_plan_task_closed_by_id_staff",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name="fk_plan_task_plan_id_plan", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_plan_task"),
        sa.UniqueConstraint("public_id", name="uq_plan_task_public_id"),
    )
    op.create_index("ix_plan_task_plan_id", "plan_task", ["plan_id"])
    op.create_index(
        "uq_plan_task_open",
        "plan_task",
        ["plan_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    op.drop_table("plan_task")
    op.drop_table("session_log")
    with op.batch_alter_table("plan") as table:
        table.drop_column("remind_hour")
