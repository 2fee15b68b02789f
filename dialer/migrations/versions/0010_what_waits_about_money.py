"""Every page tells a supervisor how much about money waits for a decision: found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SURPLUS = "surplus_minor > 0 AND surplus_settled_at IS NULL"
DISPUTED = "state = 'disputed'"


def upgrade() -> None:
    """Expand."""
    for name, table, waits in (
        ("ix_payments_surplus", "payments", SURPLUS),
        ("ix_receivables_disputed", "receivables", DISPUTED),
    ):
        op.create_index(
            name, table, ["id"], sqlite_where=sa.text(waits), postgresql_where=sa.text(waits)
        )
