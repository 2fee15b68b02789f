"""Tasks, calls, attempts, verdicts, and the logs that nobody may change."""

import sqlalchemy as sa
from alembic import op

AT = sa.DateTime(timezone=True)
WORD = sa.String(32)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ONCE = sa.text(
    "role = 'customer' AND state IN ('planned','claimed','dialing','unknown','live','done',"
    "'closed_unknown')"
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "call_tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_key", sa.String(length=160), nullable=True),
        sa.Column("purpose", WORD, nullable=False),
        sa.Column("mode", WORD, nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("number_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("due_at", AT, nullable=False),
        sa.Column("due_local", sa.String(length=32), nullable=True),
        sa.Column("due_zone", sa.String(length=64), nullable=True),
        sa.Column("not_after_at", AT, nullable=True),
        sa.Column("ready_at", AT, nullable=True),
        sa.Column("held_by", sa.String(length=120), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("receivable_id", sa.Integer(), nullable=True),
        sa.Column("state", WORD, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("outcome", WORD, nullable=True),
        sa.Column("disposition", WORD, nullable=True),
        sa.Column("from_call_id", sa.Integer(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_call_tasks_account_id"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_call_tasks_contact_id"),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["users.id"], name="fk_call_tasks_created_by_id"
        ),
        sa.ForeignKeyConstraint(
            ["number_id"], ["phone_numbers.id"], name="fk_call_tasks_number_id"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_call_tasks_owner_id"),
        sa.ForeignKeyConstraint(
            ["receivable_id"], ["receivables.id"], name="fk_call_tasks_receivable_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_call_tasks"),
        sa.UniqueConstraint("occurrence_key", name="uq_call_tasks_occurrence_key"),
    )
    op.create_index("ix_call_tasks_account_id", "call_tasks", ["account_id"], unique=False)
    op.create_index("ix_call_tasks_contact_id", "call_tasks", ["contact_id"], unique=False)
    op.create_index("ix_call_tasks_from_call_id", "call_tasks", ["from_call_id"], unique=False)
    op.create_index(
        "ix_call_tasks_owner_id_state", "call_tasks", ["owner_id", "state"], unique=False
    )
    op.create_index(
        "ix_call_tasks_ready",
        "call_tasks",
        ["ready_at"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_call_tasks_receivable_id", "call_tasks", ["receivable_id"], unique=False)

    op.create_table(
        "calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("room", sa.String(length=64), nullable=False),
        sa.Column("room_sid", sa.String(length=40), nullable=True),
        sa.Column("purpose", WORD, nullable=False),
        sa.Column("mode", WORD, nullable=False),
        sa.Column("rep_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("number_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("brief_point", sa.Text(), nullable=False),
        sa.Column("brief_target_stage", sa.Integer(), nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("status", WORD, nullable=False),
        sa.Column("answered_at", AT, nullable=True),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("ended_by", WORD, nullable=True),
        sa.Column("outcome", WORD, nullable=True),
        sa.Column("answered_by", WORD, nullable=True),
        sa.Column("recording_sid", sa.String(length=40), nullable=True),
        sa.Column("cost_minor", sa.Integer(), nullable=True),
        sa.Column("cost_currency", sa.String(length=3), nullable=True),
        sa.Column("disposition", WORD, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("wrapped_up_at", AT, nullable=True),
        sa.Column("reached_stage", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_calls_account_id"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_calls_contact_id"),
        sa.ForeignKeyConstraint(["number_id"], ["phone_numbers.id"], name="fk_calls_number_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["users.id"], name="fk_calls_rep_id"),
        sa.ForeignKeyConstraint(["task_id"], ["call_tasks.id"], name="fk_calls_task_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_calls_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
        sa.UniqueConstraint("room", name="uq_calls_room"),
    )
    op.create_index("ix_calls_account_id", "calls", ["account_id"], unique=False)
    op.create_index("ix_calls_contact_id", "calls", ["contact_id"], unique=False)
    op.create_index("ix_calls_created_at", "calls", ["created_at"], unique=False)
    op.create_index(
        "ix_calls_live",
        "calls",
        ["id"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_calls_number_id", "calls", ["number_id"], unique=False)
    op.create_index("ix_calls_rep_id", "calls", ["rep_id"], unique=False)
    op.create_index("ix_calls_task_id", "calls", ["task_id"], unique=False)
    op.create_index("ix_calls_team_id", "calls", ["team_id"], unique=False)
    op.create_index(
        "uq_calls_rep_live",
        "calls",
        ["rep_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL AND rep_id IS NOT NULL"),
        postgresql_where=sa.text("ended_at IS NULL AND rep_id IS NOT NULL"),
    )

    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("occurrence", sa.String(length=160), nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("token_revoked_at", AT, nullable=True),
        sa.Column("number_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=160), nullable=True),
        sa.Column("from_number", sa.String(length=20), nullable=False),
        sa.Column("carrier_sid", sa.String(length=40), nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("not_before_at", AT, nullable=False),
        sa.Column("not_after_at", AT, nullable=True),
        sa.Column("lease_until_at", AT, nullable=True),
        sa.Column("intent_at", AT, nullable=True),
        sa.Column("queue_ms", sa.Integer(), nullable=True),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("listed_at", AT, nullable=True),
        sa.Column("check_at", AT, nullable=True),
        sa.Column("refusal_code", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_attempts_call_id"),
        sa.ForeignKeyConstraint(["number_id"], ["phone_numbers.id"], name="fk_attempts_number_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sa.UniqueConstraint("carrier_sid", name="uq_attempts_carrier_sid"),
        sa.UniqueConstraint("token", name="uq_attempts_token"),
    )
    op.create_index("ix_attempts_call_id", "attempts", ["call_id"], unique=False)
    op.create_index("ix_attempts_state", "attempts", ["state", "not_before_at"], unique=False)
    op.create_index(
        "uq_attempts_number_busy",
        "attempts",
        ["number_id"],
        unique=True,
        sqlite_where=sa.text(
            "role = 'customer' AND state IN ('claimed','dialing','unknown','live')"
        ),
        postgresql_where=sa.text(
            "role = 'customer' AND state IN ('claimed','dialing','unknown','live')"
        ),
    )
    op.create_index(
        "uq_attempts_occurrence",
        "attempts",
        ["occurrence"],
        unique=True,
        sqlite_where=ONCE,
        postgresql_where=ONCE,
    )

    op.create_table(
        "promises",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("receivable_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_promises_call_id"),
        sa.ForeignKeyConstraint(
            ["receivable_id"], ["receivables.id"], name="fk_promises_receivable_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_promises"),
        sa.UniqueConstraint("receivable_id", "call_id", name="uq_promises_receivable_id_call_id"),
    )
    op.create_index("ix_promises_receivable_id", "promises", ["receivable_id"], unique=False)

    op.create_table(
        "attempt_transitions",
        sa.Column("id", BIG, nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=4), nullable=False),
        sa.Column("from_state", WORD, nullable=True),
        sa.Column("to_state", WORD, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name="fk_attempt_transitions_attempt_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attempt_transitions"),
    )
    op.create_index(
        "ix_attempt_transitions_attempt_id", "attempt_transitions", ["attempt_id"], unique=False
    )

    op.create_table(
        "call_events",
        sa.Column("id", BIG, nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("attempt_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("leg_status", WORD, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("received_at", AT, nullable=False),
        sa.Column("carrier_sid", sa.String(length=40), nullable=True),
        sa.Column("token", sa.String(length=64), nullable=True),
        sa.Column("dedupe_key", sa.String(length=96), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name="fk_call_events_attempt_id"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_call_events_call_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_call_events_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_call_events"),
        sa.UniqueConstraint("dedupe_key", name="uq_call_events_dedupe_key"),
    )
    op.create_index("ix_call_events_call_id_id", "call_events", ["call_id", "id"], unique=False)

    op.create_table(
        "call_legs",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("status", WORD, nullable=False),
        sa.Column("ringing_at", AT, nullable=True),
        sa.Column("answered_at", AT, nullable=True),
        sa.Column("joined_at", AT, nullable=True),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("on_hold", sa.Boolean(), nullable=False),
        sa.Column("ring_seconds", sa.Integer(), nullable=False),
        sa.Column("talk_seconds", sa.Integer(), nullable=False),
        sa.Column("hold_seconds", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_call_legs_call_id"),
        sa.ForeignKeyConstraint(["id"], ["attempts.id"], name="fk_call_legs_id"),
        sa.PrimaryKeyConstraint("id", name="pk_call_legs"),
    )
    op.create_index("ix_call_legs_call_id", "call_legs", ["call_id"], unique=False)

    op.create_table(
        "verdicts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("number_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("attempt_id", sa.Integer(), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("purpose", WORD, nullable=False),
        sa.Column("mode", WORD, nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("rule", sa.String(length=120), nullable=False),
        sa.Column("not_until_at", AT, nullable=True),
        sa.Column("zones", sa.JSON(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("policy_hash", sa.String(length=64), nullable=False),
        sa.Column("zone_data", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name="fk_verdicts_asked_by_id"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name="fk_verdicts_attempt_id"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_verdicts_call_id"),
        sa.ForeignKeyConstraint(["number_id"], ["phone_numbers.id"], name="fk_verdicts_number_id"),
        sa.ForeignKeyConstraint(["task_id"], ["call_tasks.id"], name="fk_verdicts_task_id"),
        sa.PrimaryKeyConstraint("id", name="pk_verdicts"),
    )
    op.create_index("ix_verdicts_call_id", "verdicts", ["call_id"], unique=False)
    op.create_index("ix_verdicts_number_id", "verdicts", ["number_id"], unique=False)
    refuse_changes()


# What a log row may still lose: an erasure nulls the carrier's raw parameters.
APPEND_ONLY = {"call_events": ("params",), "attempt_transitions": ()}


def refuse_changes() -> None:
    """Make the logs append-only in the database itself."""
    tables = sa.MetaData()
    connection = op.get_bind()
    postgres = connection.dialect.name == "postgresql"
    if postgres:
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    refuse = (
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        if postgres
        else "BEGIN SELECT RAISE(ABORT, 'this table is append-only'); END"
    )
    for name, erasable in APPEND_ONLY.items():
        table = sa.Table(name, tables, autoload_with=connection, resolve_fks=False)
        kept = ", ".join(c.name for c in table.columns if c.name not in erasable)
        op.execute(f"CREATE TRIGGER {name}_keep BEFORE DELETE ON {name} {refuse}")
        op.execute(f"CREATE TRIGGER {name}_fix BEFORE UPDATE OF {kept} ON {name} {refuse}")
