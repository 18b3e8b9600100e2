"""No consult, plan, session or referral without an active health consent, whoever writes it."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BEHIND_THE_LEAD = (
    "SELECT 1 FROM consent JOIN intake ON intake.consent_id = consent.id"
    " JOIN enquiry ON enquiry.id = intake.enquiry_id"
    " WHERE enquiry.lead_id = NEW.lead_id AND intake.hidden_at IS NULL"
    " AND consent.withdrawn_at IS NULL"
)
BEHIND_THE_PLAN = "SELECT 1 FROM plan WHERE plan.id = NEW.plan_id AND plan.hidden_at IS NULL"
BEHIND_THE_DECISION = (
    "SELECT 1 FROM consent JOIN intake ON intake.consent_id = consent.id"
    " JOIN decision ON decision.intake_id = intake.id"
    " WHERE decision.id = NEW.decision_id AND intake.hidden_at IS NULL"
    " AND consent.withdrawn_at IS NULL"
)
MUST = {
    "assessment": BEHIND_THE_LEAD,
    "plan": BEHIND_THE_LEAD,
    "plan_change": BEHIND_THE_PLAN,
    "plan_task": BEHIND_THE_PLAN,
    "session_log": BEHIND_THE_PLAN,
    "referral": BEHIND_THE_DECISION,
}
REFUSAL = "no health row without an active health consent"


def upgrade() -> None:
    for table, must in MUST.items():
        _refuse_in_sqlite(table, must) if _is_sqlite() else _refuse_in_postgresql(table, must)


def downgrade() -> None:
    for table in MUST:
        op.execute(f"DROP TRIGGER {table}_begins{'' if _is_sqlite() else f' ON {table}'}")
        if not _is_sqlite():
            op.execute(f"DROP FUNCTION {table}_begins()")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _refuse_in_sqlite(table: str, must: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_begins BEFORE INSERT ON {table} WHEN NOT EXISTS ({must})"
        f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )


def _refuse_in_postgresql(table: str, must: str) -> None:
    """The row that allows it is locked, so that a withdrawal waits for a save, or the reverse."""
    op.execute(
        f"CREATE FUNCTION {table}_begins() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" PERFORM 1 FROM ({must} FOR SHARE) AS allowed;"
        f" IF NOT FOUND THEN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = '23514'; END IF;"
        " RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_begins BEFORE INSERT ON {table} FOR EACH ROW"
        f" EXECUTE FUNCTION {table}_begins()"
    )
