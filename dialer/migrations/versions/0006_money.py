"""Terms, promises, payments and what they settle; letters."""

import sqlalchemy as sa
from alembic import op

AT = sa.DateTime(timezone=True)
WORD = sa.String(32)

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "payments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("payer", sa.String(length=200), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("payment_reference", sa.String(length=120), nullable=False),
        sa.Column("dedupe_key", sa.String(length=160), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("doubt", sa.String(length=32), nullable=True),
        sa.Column("suggested", sa.JSON(), nullable=False),
        sa.Column("surplus_minor", sa.BigInteger(), nullable=False),
        sa.Column("surplus_settled_at", AT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", AT, nullable=True),
        sa.CheckConstraint("amount_minor > 0", name="ck_payments_amount"),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name="fk_payments_created_by_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name="fk_payments_decided_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        sa.UniqueConstraint("dedupe_key", name="uq_payments_dedupe_key"),
    )
    op.create_index("ix_payments_paid_on", "payments", ["paid_on"], unique=False)
    op.create_index(
        "ix_payments_payment_reference", "payments", ["payment_reference"], unique=False
    )
    op.create_index(
        "ix_payments_undecided",
        "payments",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state IN ('doubtful', 'unmatched')"),
        postgresql_where=sa.text("state IN ('doubtful', 'unmatched')"),
    )
    op.create_table(
        "credit_lines",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=False),
        sa.Column("set_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_credit_lines_account_id"),
        sa.ForeignKeyConstraint(["set_by_id"], ["users.id"], name="fk_credit_lines_set_by_id"),
        sa.PrimaryKeyConstraint("account_id", name="pk_credit_lines"),
    )
    op.create_table(
        "credit_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("occurrence_key", sa.String(length=80), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("cleared_at", AT, nullable=True),
        sa.Column("cleared_by_id", sa.Integer(), nullable=True),
        sa.Column("clear_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_credit_marks_account_id"),
        sa.ForeignKeyConstraint(
            ["cleared_by_id"], ["users.id"], name="fk_credit_marks_cleared_by_id"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["users.id"], name="fk_credit_marks_created_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_credit_marks"),
        sa.UniqueConstraint("occurrence_key", name="uq_credit_marks_occurrence_key"),
    )
    op.create_index("ix_credit_marks_account_id", "credit_marks", ["account_id"], unique=False)
    op.create_table(
        "email_addresses",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("consented_at", AT, nullable=True),
        sa.Column("consent_source", sa.String(length=120), nullable=False),
        sa.Column("unsubscribed_at", AT, nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="fk_email_addresses_contact_id"
        ),
        sa.PrimaryKeyConstraint("contact_id", name="pk_email_addresses"),
        sa.UniqueConstraint("token", name="uq_email_addresses_token"),
    )
    op.create_table(
        "allocations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("receivable_id", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name="ck_allocations_amount"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_allocations_payment_id"),
        sa.ForeignKeyConstraint(
            ["receivable_id"], ["receivables.id"], name="fk_allocations_receivable_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_allocations"),
        sa.UniqueConstraint(
            "payment_id", "receivable_id", name="uq_allocations_payment_id_receivable_id"
        ),
    )
    op.create_index("ix_allocations_receivable_id", "allocations", ["receivable_id"], unique=False)
    op.create_table(
        "instalments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("receivable_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name="ck_instalments_amount"),
        sa.ForeignKeyConstraint(
            ["receivable_id"], ["receivables.id"], name="fk_instalments_receivable_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_instalments"),
        sa.UniqueConstraint(
            "receivable_id", "position", name="uq_instalments_receivable_id_position"
        ),
    )
    op.create_table(
        "deals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("receivable_id", sa.Integer(), nullable=False),
        sa.Column("terms", WORD, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("agreed_by_id", sa.Integer(), nullable=False),
        sa.Column("agreed_at", AT, nullable=False),
        sa.CheckConstraint("amount_minor > 0", name="ck_deals_amount"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_deals_account_id"),
        sa.ForeignKeyConstraint(["agreed_by_id"], ["users.id"], name="fk_deals_agreed_by_id"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_deals_call_id"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_deals_contact_id"),
        sa.ForeignKeyConstraint(
            ["receivable_id"], ["receivables.id"], name="fk_deals_receivable_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_deals"),
    )
    op.create_index("ix_deals_account_id", "deals", ["account_id"], unique=False)
    op.create_index("ix_deals_call_id", "deals", ["call_id"], unique=False)
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_key", sa.String(length=80), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("receivable_id", sa.Integer(), nullable=True),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("language", WORD, nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", AT, nullable=True),
        sa.Column("sent_at", AT, nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_letters_account_id"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_letters_call_id"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_letters_contact_id"),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name="fk_letters_created_by_id"),
        sa.ForeignKeyConstraint(
            ["receivable_id"], ["receivables.id"], name="fk_letters_receivable_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_letters"),
        sa.UniqueConstraint("occurrence_key", name="uq_letters_occurrence_key"),
    )
    op.create_index("ix_letters_account_id", "letters", ["account_id"], unique=False)
    op.create_index("ix_letters_contact_id", "letters", ["contact_id"], unique=False)
    op.create_index(
        "ix_letters_due",
        "letters",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'sending')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.add_column("call_tasks", sa.Column("step", sa.String(length=40), nullable=True))
    op.add_column(
        "call_tasks",
        sa.Column("goes_first", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        "promises", sa.Column("received_minor", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column("promises", sa.Column("judged_at", AT, nullable=True))
    op.add_column("promises", sa.Column("owner_id", sa.Integer(), nullable=True))
    op.add_column("promises", sa.Column("step", sa.String(length=40), nullable=True))
    op.create_index("ix_promises_owner_id", "promises", ["owner_id"], unique=False)
    op.add_column(
        "receivables", sa.Column("waited_days", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("receivables", sa.Column("waits_until_on", sa.Date(), nullable=True))
    op.add_column("receivables", sa.Column("looks_at", AT, nullable=True))
    op.create_index(
        "ix_receivables_looks_at",
        "receivables",
        ["looks_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
