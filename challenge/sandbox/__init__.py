"""The door between a participant's code and everything else."""

from challenge.sandbox.bundle import BundleFacts, inspect_bundle
from challenge.sandbox.runner import Sandbox, open_sandbox

__all__ = ["BundleFacts", "Sandbox", "inspect_bundle", "open_sandbox"]
