"""Where work is carried out: executors of the standard library.

Threads for runs in sandboxes of this machine, a Dask cluster for those of others,
processes for work that keeps the interpreter busy.
"""

from challenge.engine.cluster import SANDBOX, Cluster
from challenge.engine.opening import check_engine, open_engine
from challenge.engine.processes import open_processes

__all__ = ["SANDBOX", "Cluster", "check_engine", "open_engine", "open_processes"]
