"""Questions about uploaded CSV files: a program describes the file, a second one answers the question."""

from __future__ import annotations

from .skill import answer, is_named

__all__ = ["answer", "is_named"]
