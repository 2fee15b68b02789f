"""What the house knows of its carrier: incidents, audits, a pulse, and what people decided."""

import sqlalchemy as sa
from alembic import op

AT = sa.DateTime(timezone=True)
WORD = sa.String(32)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("attempts", sa.Column("missing_since_at", AT, nullable=True))
    op.create_index("ix_attempts_intent_at", "attempts", ["intent_at"], unique=False)
    op.add_column(
        "installation",
        sa.Column("works_from", sa.String(length=8), server_default="0007", nullable=False),
    )
    add_pulse()
    add_incidents()
    add_audits()
    add_decisions()


def add_pulse() -> None:
    """One row: how often the house's clock has beaten."""
    op.create_table(
        "pulse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("beats", sa.BigInteger(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("sane", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pulse"),
    )


def add_incidents() -> None:
    """What must not happen."""
    op.create_table(
        "incidents",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("attempt_id", sa.Integer(), nullable=True),
        sa.Column("carrier_sid", sa.String(length=40), nullable=True),
        sa.Column("dedupe_key", sa.String(length=96), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("needs_hang_up", sa.Boolean(), nullable=False),
        sa.Column("hung_up_at", AT, nullable=True),
        sa.Column("seen_at", AT, nullable=True),
        sa.Column("seen_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name="fk_incidents_attempt_id"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_incidents_call_id"),
        sa.ForeignKeyConstraint(["seen_by_id"], ["users.id"], name="fk_incidents_seen_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
        sa.UniqueConstraint("dedupe_key", name="uq_incidents_dedupe_key"),
    )
    op.create_index("ix_incidents_call_id", "incidents", ["call_id"], unique=False)
    add_partial_index("ix_incidents_to_hang_up", "needs_hang_up")
    add_partial_index("ix_incidents_unseen", "seen_at IS NULL")


def add_partial_index(name: str, where: str) -> None:
    """An index over the few incidents that are still somebody's business."""
    op.create_index(
        name,
        "incidents",
        ["id"],
        unique=False,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def add_audits() -> None:
    """Comparisons with the carrier's list."""
    op.create_table(
        "carrier_audits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("since_at", AT, nullable=False),
        sa.Column("begun_at", AT, nullable=False),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("strange", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_carrier_audits"),
    )
    op.create_index(
        "ix_carrier_audits_kind_begun_at", "carrier_audits", ["kind", "begun_at"], unique=False
    )


def add_decisions() -> None:
    """What supervisors decided about uncertain attempts."""
    op.create_table(
        "attempt_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("decision", WORD, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name="fk_attempt_decisions_attempt_id"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name="fk_attempt_decisions_by_id"),
        sa.ForeignKeyConstraint(
            ["task_id"], ["call_tasks.id"], name="fk_attempt_decisions_task_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attempt_decisions"),
        sa.UniqueConstraint("attempt_id", name="uq_attempt_decisions_attempt_id"),
    )
