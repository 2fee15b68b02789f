"""Where a rep's phone rings."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Expand."""
    op.add_column(
        "users",
        sa.Column(
            "phone_mode",
            sa.String(length=32),
            server_default="browser_else_telephone",
            nullable=False,
        ),
    )
    op.add_column(
        "users",
        sa.Column("answers_itself", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    op.create_table(
        "browser_phones",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("tab", sa.String(length=64), nullable=False),
        sa.Column("is_ready", sa.Boolean(), nullable=False),
        sa.Column("claimed_at", AT, nullable=False),
        sa.Column("seen_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_browser_phones_user_id"),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name="fk_browser_phones_session_id",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("user_id", name="pk_browser_phones"),
    )
