"""What the gate must know beyond the call: hours that people asked for, ages of lists."""

import sqlalchemy as sa
from alembic import op

AT = sa.DateTime(timezone=True)

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "closed_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("weekdays", sa.String(length=7), nullable=False),
        sa.Column("from_minute", sa.Integer(), nullable=False),
        sa.Column("to_minute", sa.Integer(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_closed_hours_contact_id"),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["users.id"], name="fk_closed_hours_created_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_closed_hours"),
    )
    op.create_index("ix_closed_hours_contact_id", "closed_hours", ["contact_id"], unique=False)
    op.create_table(
        "dnc_lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("as_of_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("numbers", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name="fk_dnc_lists_created_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_dnc_lists"),
    )
    op.create_index("ix_dnc_lists_country", "dnc_lists", ["country"], unique=False)
    op.add_column(
        "contact_numbers",
        sa.Column("is_elsewhere", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
