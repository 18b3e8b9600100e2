"""Consents as evidence, health rows that hang on one; complaints, erasures, what outlives them."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ACTIVE = (
    "SELECT 1 FROM consent WHERE consent.id = NEW.consent_id AND consent.purpose = 'health'"
    " AND consent.enquiry_id = NEW.enquiry_id AND consent.withdrawn_at IS NULL"
)
ACTIVE_BEHIND = (
    "SELECT 1 FROM intake JOIN consent ON consent.id = intake.consent_id"
    " WHERE intake.id = NEW.intake_id AND intake.hidden_at IS NULL AND consent.withdrawn_at IS NULL"
)
REFUSAL = "no health row without an active health consent"
EVIDENCE = "a consent is evidence: it is withdrawn once, and never rewritten"
HIDE = (
    "UPDATE intake SET hidden_at = NEW.withdrawn_at WHERE consent_id = NEW.id AND hidden_at IS NULL"
)
REWRITTEN = (
    "NEW.purpose <> OLD.purpose OR NEW.wording <> OLD.wording OR NEW.given_at <> OLD.given_at"
    " OR NEW.wording_hash <> OLD.wording_hash OR NEW.wording_version <> OLD.wording_version"
    " OR (OLD.withdrawn_at IS NOT NULL AND"
    " (NEW.withdrawn_at IS NULL OR NEW.withdrawn_at <> OLD.withdrawn_at))"
)
SHOWN_OR_MOVED = (
    "NEW.hidden_at IS NULL OR NEW.consent_id <> OLD.consent_id OR NEW.enquiry_id <> OLD.enquiry_id"
)
"""What stays hidden may still be sealed anew under another key."""
TRIGGERS = {
    "intake_begins": ("intake", "BEFORE INSERT", None, ACTIVE),
    "intake_goes_on": ("intake", "BEFORE UPDATE", SHOWN_OR_MOVED, ACTIVE),
    "decision_begins": ("decision", "BEFORE INSERT", None, ACTIVE_BEHIND),
}


def upgrade() -> None:
    _hash_wordings()
    _hang_intakes_on_consents()
    _refuse_in_sqlite() if _is_sqlite() else _refuse_in_postgresql()
    _complaints()
    _erasures()


def downgrade() -> None:
    for name in ("chore", "kept_document", "erased_count", "erasure", "complaint"):
        op.drop_table(name)
    for name, table in (
        *((name, table) for name, (table, *_) in TRIGGERS.items()),
        ("consent_is_evidence", "consent"),
        ("consent_hides", "consent"),
    ):
        op.execute(f"DROP TRIGGER {name}{'' if _is_sqlite() else f' ON {table}'}")
        if not _is_sqlite():
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_index("uq_intake_live_enquiry", table_name="intake")
    op.execute(
        "DELETE FROM reading WHERE decision_id IN (SELECT decision.id FROM decision"
        " JOIN intake ON intake.id = decision.intake_id WHERE intake.hidden_at IS NOT NULL)"
    )
    op.execute(
        "DELETE FROM decision WHERE intake_id IN"
        " (SELECT id FROM intake WHERE hidden_at IS NOT NULL)"
    )
    op.execute("DELETE FROM intake WHERE hidden_at IS NOT NULL")
    with op.batch_alter_table("intake") as intake:
        intake.drop_index("ix_intake_consent_id")
        intake.drop_constraint(op.f("fk_intake_consent_id_consent"), type_="foreignkey")
        intake.drop_column("consent_id")
        intake.drop_column("hidden_at")
        intake.create_unique_constraint(op.f("uq_intake_enquiry_id"), ["enquiry_id"])
    op.drop_column("consent", "wording_hash")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _hash_wordings() -> None:
    op.add_column(
        "consent",
        sa.Column("wording_hash", sa.String(length=64), nullable=False, server_default=""),
    )
    connection = op.get_bind()
    for (wording,) in connection.execute(sa.text("SELECT DISTINCT wording FROM consent")).all():
        connection.execute(
            sa.text("UPDATE consent SET wording_hash = :hash WHERE wording = :wording"),
            {"hash": hashlib.sha256(wording.encode()).hexdigest(), "wording": wording},
        )


def _hang_intakes_on_consents() -> None:
    """Give every health check the consent it was begun with; one that has none is erased."""
    op.add_column("intake", sa.Column("consent_id", sa.Integer(), nullable=True))
    op.add_column("intake", sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE intake SET consent_id = (SELECT max(consent.id) FROM consent"
        " WHERE consent.enquiry_id = intake.enquiry_id AND consent.purpose = 'health'"
        " AND consent.withdrawn_at IS NULL)"
    )
    orphans = "SELECT id FROM intake WHERE consent_id IS NULL"
    decided = f"SELECT id FROM decision WHERE intake_id IN ({orphans})"  # noqa: S608
    op.execute(f"DELETE FROM reading WHERE decision_id IN ({decided})")  # noqa: S608
    op.execute(f"DELETE FROM decision WHERE intake_id IN ({orphans})")  # noqa: S608
    op.execute("DELETE FROM intake WHERE consent_id IS NULL")
    with op.batch_alter_table("intake") as intake:
        intake.alter_column("consent_id", existing_type=sa.Integer(), nullable=False)
        intake.drop_constraint(op.f("uq_intake_enquiry_id"), type_="unique")
        intake.create_foreign_key(
            op.f("fk_intake_consent_id_consent"),
            "consent",
            ["consent_id"],
            ["id"],
            ondelete="CASCADE",
        )
        intake.create_index("ix_intake_consent_id", ["consent_id"])
    op.create_index(
        "uq_intake_live_enquiry",
        "intake",
        ["enquiry_id"],
        unique=True,
        sqlite_where=sa.text("hidden_at IS NULL"),
        postgresql_where=sa.text("hidden_at IS NULL"),
    )


def _refuse_in_sqlite() -> None:
    for name, (table, event, when, must) in TRIGGERS.items():
        changed = f"({when}) AND " if when else ""
        op.execute(
            f"CREATE TRIGGER {name} {event} ON {table} WHEN {changed}NOT EXISTS ({must})"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
    op.execute(
        f"CREATE TRIGGER consent_is_evidence BEFORE UPDATE ON consent WHEN {REWRITTEN}"
        f" BEGIN SELECT RAISE(ABORT, '{EVIDENCE}'); END"
    )
    op.execute(
        "CREATE TRIGGER consent_hides AFTER UPDATE OF withdrawn_at ON consent"
        f" WHEN NEW.withdrawn_at IS NOT NULL BEGIN {HIDE}; END"
    )


def _refuse_in_postgresql() -> None:
    """The rows that allow it are locked, so that a withdrawal waits for a save, or the reverse."""
    for name, (table, event, when, must) in TRIGGERS.items():
        lock = f"{must} FOR SHARE"
        _function(
            name,
            f"PERFORM 1 FROM ({lock}) AS allowed;"
            f" IF NOT FOUND THEN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = '23514'; END IF;",
        )
        _trigger(name, table, event, when)
    _function("consent_is_evidence", f"RAISE EXCEPTION '{EVIDENCE}' USING ERRCODE = '23514';")
    _trigger("consent_is_evidence", "consent", "BEFORE UPDATE", REWRITTEN)
    _function("consent_hides", f"{HIDE};")
    _trigger(
        "consent_hides",
        "consent",
        "AFTER UPDATE OF withdrawn_at",
        "NEW.withdrawn_at IS NOT NULL",
    )


def _function(name: str, body: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {body} RETURN NEW; END $$"
    )


def _trigger(name: str, table: str, event: str, when: str | None) -> None:
    condition = f" WHEN ({when})" if when else ""
    op.execute(
        f"CREATE TRIGGER {name} {event} ON {table} FOR EACH ROW{condition}"
        f" EXECUTE FUNCTION {name}()"
    )


def _complaints() -> None:
    op.create_table(
        "complaint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=43), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "answered",
                "closed",
                name="complaint_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name="fk_complaint_lead_id_lead", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_complaint_staff_id_staff", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_complaint"),
        sa.UniqueConstraint("key", name="uq_complaint_key"),
        sa.UniqueConstraint("public_id", name="uq_complaint_public_id"),
        sa.UniqueConstraint("reference", name="uq_complaint_reference"),
    )
    op.create_index("ix_complaint_lead_id", "complaint", ["lead_id"])
    op.create_index("ix_complaint_state_due_at", "complaint", ["state", "due_at"])


def _erasures() -> None:
    op.create_table(
        "erasure",
        sa.Column("person_hash", sa.String(length=64), nullable=False),
        sa.Column("because", sa.String(length=20), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_hash", name="pk_erasure"),
    )
    op.create_table(
        "erased_count",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("disposition", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", "kind", "disposition", "status", name="pk_erased_count"),
    )
    op.create_table(
        "kept_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=43), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kept_document"),
        sa.UniqueConstraint("public_id", name="uq_kept_document_public_id"),
    )
    op.create_table(
        "chore",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_chore"),
    )
