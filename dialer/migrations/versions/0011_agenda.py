"""What is due is found at once however much waits: by mode and time, and by the end of its time."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    """Expand."""
    for name, columns in (
        ("ix_call_tasks_agenda", ["mode", "ready_at", "id"]),
        ("ix_call_tasks_expiring", ["not_after_at"]),
    ):
        op.create_index(name, "call_tasks", columns, sqlite_where=WAITING, postgresql_where=WAITING)
