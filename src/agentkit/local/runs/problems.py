"""What ends a run as failed."""

from __future__ import annotations

__all__ = ["RunProblem"]


class RunProblem(Exception):
    """A run cannot go on; the text becomes its last error."""
