"""One migration at a time in a process."""

from __future__ import annotations

import threading

# Alembic keeps what it is doing in globals of its modules, for our tables and for
# MLflow's alike: two threads that migrate two databases would change each other's.
MIGRATING = threading.RLock()
