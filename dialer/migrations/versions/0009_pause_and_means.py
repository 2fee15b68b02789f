"""Why a rep pauses, and whether an account has money, authority and need."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("users", sa.Column("pause_reason", sa.String(length=32), nullable=True))
    for name in ("has_money", "has_authority", "has_need"):
        op.add_column("accounts", sa.Column(name, sa.Boolean(), nullable=True))
